#include "lock/alias.h"

#include <array>

namespace holdfast::lock {

std::string_view name_of(Dialect dialect) {
  static constexpr std::array<std::string_view, 6> kNames{"native",  "redlock",   "keys",
                                                          "rwlocks", "terraform", "slots"};
  return kNames.at(static_cast<std::size_t>(dialect));
}

}  // namespace holdfast::lock
