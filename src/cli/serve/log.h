#pragma once

#include <string_view>

namespace holdfast::cli {

// Sends the program's log to standard error, a line an event: text for people, or one JSON object.
// `level` is one of trace, debug, info, warn, error.
void start_log(bool as_json, std::string_view level);

void set_log_level(std::string_view level);

}  // namespace holdfast::cli
