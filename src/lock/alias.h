#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "lock/types.h"

// Clients of another system's protocol, a dialect, know neither lease ids nor handles. They name a lease by a
// key that it holds, and most also by a text that they chose when they asked for it.

namespace holdfast::lock {

// Numbers are written to journals and never reused.
enum class Dialect : std::uint8_t { native, redlock, keys, rwlocks, terraform, slots };

std::string_view name_of(Dialect dialect);

// What a lease is known by to the clients of its dialect. A native lease has none.
struct Alias {
  Dialect dialect = Dialect::native;
  std::string name;  // proves ownership in most dialects, so it is shown to nobody else
  friend bool operator==(const Alias&, const Alias&) = default;
};

// The lease of this dialect and principal that holds `key`, if its alias has that name.
struct AliasedHold {
  std::string key;
  Dialect dialect = Dialect::redlock;
  std::optional<std::string> name;  // none: whatever it is
  std::string principal;
  friend bool operator==(const AliasedHold&, const AliasedHold&) = default;
};

using LeaseName = std::variant<LeaseId, AliasedHold>;

}  // namespace holdfast::lock
