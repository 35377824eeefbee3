#include "service/statistics/prefix_table.h"

namespace holdfast::service {

PrefixStatistics& PrefixTable::of(std::string_view key) {
  const std::size_t slash = key.find('/');
  const bool single_level = slash == key.npos;
  const std::string_view prefix = key.substr(0, slash);
  if (const auto found = index_.find(prefix); found != index_.end()) return prefixes_[found->second];
  const bool full = prefixes_.size() > kMostPrefixes || (single_level && single_levels_ >= kMostPrefixes / 2);
  if (full) return prefixes_.front();
  single_levels_ += single_level;
  PrefixStatistics& added = prefixes_.emplace_back(PrefixStatistics{.prefix = std::string(prefix)});
  index_.emplace(added.prefix, prefixes_.size() - 1);
  return added;
}

}  // namespace holdfast::service
