#pragma once

#include <string>
#include <vector>

#include "lock/types.h"

// What the numbers of a step mean, for the files that make moves of them.

namespace holdfast::lock::testing {

std::vector<std::string> keys_of(int choice);
std::string request_of(int choice);  // mostly none
RequestTag tag_of(const std::string& request, const std::string& body);

}  // namespace holdfast::lock::testing
