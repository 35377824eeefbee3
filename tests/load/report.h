#pragma once

#include <string>

#include "run.h"

namespace holdfast::load {

// One line for people; with `seconds` the time that the run took.
std::string figures_line(Run& run, double seconds);

// The same and more as a JSON object, for scripts.
std::string figures_json(Run& run, double seconds);

}  // namespace holdfast::load
