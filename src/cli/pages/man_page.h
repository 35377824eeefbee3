#pragma once

#include <string>

#include "cli/pages/command_page.h"

namespace holdfast::cli {

// The manual page of the program with all its commands, holdfast(1), in the macros of man(7).
std::string man_page(const CommandPage& program);

}  // namespace holdfast::cli
