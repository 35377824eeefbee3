#include "cli/settings_text.h"

#include <fmt/format.h>

#include "cli/duration.h"

namespace holdfast::cli {

std::vector<std::string> settings_text(const client::LockSettings& settings) {
  std::vector<std::string> lines;
  const auto rule = [&lines](const char* name, const std::optional<client::Milliseconds>& longest) {
    if (longest) lines.push_back(fmt::format("{}: {}", name, format_duration(*longest)));
  };
  if (!settings.description.empty()) lines.push_back("description: " + settings.description);
  for (const auto& owner : settings.owners) lines.push_back("owner: " + owner);
  if (settings.limit) lines.push_back(fmt::format("limit: {}", *settings.limit));
  for (const auto& group : settings.shared_groups) lines.push_back("shared-group: " + group);
  if (settings.lock_delay.count() > 0) rule("lock-delay", settings.lock_delay);
  rule("max-hold", settings.max_hold);
  rule("max-ttl", settings.max_ttl);
  rule("max-wait", settings.max_wait);
  if (!settings.allow_multi_key_wait) lines.emplace_back("no-multi-key-wait");
  if (settings.record_refusals) lines.emplace_back("record-refusals");
  return lines;
}

}  // namespace holdfast::cli
