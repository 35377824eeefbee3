#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lock/command.h"
#include "names.h"

// The language of the scenario files; README.md describes it.

namespace holdfast::lock::testing {

struct ShowKey {
  std::string key;
};
struct ShowLease {
  LeaseId lease;
};
struct CheckFence {
  std::string key;
  FencingToken token;
};
struct TimePasses {};
// The journal goes on from a backup, or elsewhere; what no command does.
struct Restore {
  std::uint64_t incarnation = 0;
  std::optional<Millis> quiet;  // none: as long as the longest lease may live
};
struct Seal {
  std::string successor;
};

using Action = std::variant<Command, ShowKey, ShowLease, CheckFence, TimePasses, Restore, Seal>;

struct Spoken {
  std::string who;
  Action action;
};

// "alice: acquire report shared wait=10s". Throws std::invalid_argument with what is wrong with the line.
Spoken parse_action(std::string_view line, const Names& names);

// "30s", "1.5s", "250ms", "10m", "2h"; a bare number is milliseconds; "none" and "forever" are -1.
Millis parse_duration(std::string_view text);

// Splits at spaces.
std::vector<std::string> words_of(std::string_view line);

}  // namespace holdfast::lock::testing
