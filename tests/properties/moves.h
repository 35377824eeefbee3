#pragma once

#include <string>
#include <vector>

#include "lock/types.h"
#include "model.h"

// What the numbers of a step mean, for the files that make moves of them.

namespace holdfast::lock::testing {

std::vector<std::string> keys_of(int choice);
std::string request_of(int choice);  // mostly none
std::string alias_of(int choice);
std::string text_of(const std::vector<std::string>& keys);
model::Time ttl_of(int choice);
RequestTag tag_of(const std::string& request, const std::string& body);

}  // namespace holdfast::lock::testing
