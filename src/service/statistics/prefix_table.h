#pragma once

#include <deque>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>

#include "base/histogram.h"

namespace holdfast::service {

inline constexpr double kWaitBounds[] = {0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1'800, 7'200};

// How long keys of one prefix were waited for and held, in seconds.
struct PrefixStatistics {
  std::string prefix;
  Histogram waits{kWaitBounds};
  Histogram holds{kWaitBounds};
};

// By the first level of a key ("deploy" of "deploy/prod" and of "deploy"). The first prefixes that are seen
// have a place of their own, the rest share the last one, "other". Keys of a single level, of which there may
// be any number, take at most half of the places.
class PrefixTable {
 public:
  static constexpr std::size_t kMostPrefixes = 100;

  PrefixTable() { prefixes_.push_back({.prefix = "other"}); }

  PrefixStatistics& of(std::string_view key);
  // "other" first.
  const std::deque<PrefixStatistics>& all() const { return prefixes_; }

 private:
  std::deque<PrefixStatistics> prefixes_;                     // never move
  absl::flat_hash_map<std::string_view, std::size_t> index_;  // refers to the texts above
  std::size_t single_levels_ = 0;
};

}  // namespace holdfast::service
