#include "cli/settings_change.h"

#include <charconv>

#include <CLI/CLI.hpp>

#include "cli/duration.h"
#include "cli/lock_options.h"

namespace holdfast::cli {
namespace {

using client::LockSettings;
using client::Milliseconds;

std::optional<Error> change_limit(const std::string& text, LockSettings& settings) {
  if (text.empty()) return std::nullopt;
  settings.limit.reset();
  if (text == "none") return std::nullopt;
  std::uint64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit == 0) {
    return option_error("--limit", "'" + text + "' is not a number from 1, or none");
  }
  settings.limit = limit;
  return std::nullopt;
}

std::optional<Error> change_rule(const char* option, const std::string& text,
                                 std::optional<Milliseconds>& rule) {
  if (text.empty()) return std::nullopt;
  rule.reset();
  if (text == "none") return std::nullopt;
  const auto longest = parse_duration(text);
  if (!longest) return option_error(option, longest.error().detail + ", or none");
  if (longest->count() == 0) return option_error(option, "must be longer than nothing, or none");
  rule = *longest;
  return std::nullopt;
}

std::optional<Error> change_lock_delay(const std::string& text, LockSettings& settings) {
  if (text.empty()) return std::nullopt;
  const auto delay = parse_duration(text);
  if (!delay) return option_error("--lock-delay", delay.error().detail);
  settings.lock_delay = *delay;
  return std::nullopt;
}

}  // namespace

void add_settings_options(CLI::App& command, SettingsChange& change) {
  command.add_option("--description", change.description, "What the key stands for")->type_name("TEXT");
  auto* owner = command.add_option("--owner", change.owners,
                                   "Principal who may acquire and change it, and no others; repeatable");
  owner->type_name("NAME")->allow_extra_args(false);
  command.add_flag("--any-owner", change.any_owner, "Everybody may")->excludes(owner);
  command.add_option("--limit", change.limit, "Permits that shared holds may have together, or none")
      ->type_name("N");
  auto* group = command.add_option("--shared-group", change.shared_groups,
                                   "Group that shared holds may name, and no others; repeatable");
  group->type_name("NAME")->allow_extra_args(false);
  command.add_flag("--any-group", change.any_group, "Every group")->excludes(group);
  command
      .add_option("--lock-delay", change.lock_delay,
                  "Keep it closed so long after an expiry or a break, at most 1h")
      ->type_name("DURATION");
  command.add_option("--max-hold", change.max_hold, "Longest hold, whatever the renewals, or none")
      ->type_name("DURATION");
  command.add_option("--max-ttl", change.max_ttl, "Longest ttl, or none")->type_name("DURATION");
  command.add_option("--max-wait", change.max_wait, "Longest wait, or none")->type_name("DURATION");
  auto* together = command.add_flag("--multi-key-wait", change.multi_key_wait,
                                    "It may be waited for together with other keys, as by default");
  command.add_flag("--no-multi-key-wait", change.no_multi_key_wait, "It may not")->excludes(together);
  auto* record = command.add_flag("--record-refusals", change.record_refusals,
                                  "Refusals become events, for watchers and history");
  command.add_flag("--no-record-refusals", change.no_record_refusals, "They do not, as by default")
      ->excludes(record);
}

Result<LockSettings> changed(LockSettings settings, const SettingsChange& change) {
  if (change.description) settings.description = *change.description;
  if (change.any_owner || !change.owners.empty()) settings.owners = change.owners;
  if (change.any_group || !change.shared_groups.empty()) settings.shared_groups = change.shared_groups;
  if (auto error = change_limit(change.limit, settings)) return *std::move(error);
  if (auto error = change_lock_delay(change.lock_delay, settings)) return *std::move(error);
  if (auto error = change_rule("--max-hold", change.max_hold, settings.max_hold)) return *std::move(error);
  if (auto error = change_rule("--max-ttl", change.max_ttl, settings.max_ttl)) return *std::move(error);
  if (auto error = change_rule("--max-wait", change.max_wait, settings.max_wait)) return *std::move(error);
  if (change.multi_key_wait || change.no_multi_key_wait) {
    settings.allow_multi_key_wait = change.multi_key_wait;
  }
  if (change.record_refusals || change.no_record_refusals) settings.record_refusals = change.record_refusals;
  return settings;
}

}  // namespace holdfast::cli
