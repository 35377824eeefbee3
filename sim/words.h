#pragma once

#include <string>

#include "exchange.h"
#include "lock/event.h"

namespace holdfast::sim {

// One line of a trace.
std::string describe(const Question& question);
std::string describe(const Answer& answer);
std::string describe(const lock::Event& event);

}  // namespace holdfast::sim
