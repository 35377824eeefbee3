#pragma once

#include <string>
#include <vector>

#include "client/messages.h"

namespace holdfast::cli {

// The header of rows of events, and the row of one: everything that a table has room for.
std::vector<std::string> event_header();
std::vector<std::string> event_row(const client::Event& event);

}  // namespace holdfast::cli
