#pragma once

#include <string>

#include "cli/pages/command_page.h"

namespace holdfast::cli {

// Scripts that complete commands, options, their values where these are few, and names of files. They ask no
// server: keys are not completed. Behind the `--` of `run` other programs' own completion goes on.
std::string bash_completion(const CommandPage& program);
std::string zsh_completion(const CommandPage& program);
std::string fish_completion(const CommandPage& program);

}  // namespace holdfast::cli
