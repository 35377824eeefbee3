#pragma once

#include <string_view>

#include "client/problem.h"

namespace holdfast::client {

// A refusal as the Redis protocol has it (docs/resp.md): `WORD name=value … - a sentence`.
Problem problem_of(std::string_view line);

}  // namespace holdfast::client
