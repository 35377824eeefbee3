#pragma once

#include <string>

namespace holdfast::cli {

// The handle given as an argument; `-` reads the first line of standard input, because arguments can be seen
// by every user of the machine.
std::string read_handle(const std::string& argument);

// The public id in a handle (what stands before the dot); an id is its own.
std::string id_of_handle(const std::string& handle);

}  // namespace holdfast::cli
