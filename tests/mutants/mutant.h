#pragma once

#include <cstdlib>
#include <string_view>

namespace holdfast::mutant {

// Whether this run has the bug of that name: the environment variable HOLDFAST_MUTANT chooses one. Read once.
inline bool on(std::string_view name) {
  static const char* const chosen = std::getenv("HOLDFAST_MUTANT");
  return chosen != nullptr && name == chosen;
}

}  // namespace holdfast::mutant
