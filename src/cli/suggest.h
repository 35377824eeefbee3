#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::cli {

// The known name that `given` was most likely meant to be: the one with the fewest single-letter edits or
// swaps of neighbours, if that is at most a third of the longer name (and at least one). Empty if none is
// near.
std::string nearest(std::string_view given, const std::vector<std::string>& known);

}  // namespace holdfast::cli
