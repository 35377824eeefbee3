#pragma once

#include <memory>
#include <string_view>

#include <spdlog/formatter.h>

namespace holdfast::cli {

// One JSON object a line, for log collectors: {"at":…,"level":…,"text":…} and the fields of the scopes around
// it. What is no UTF-8 is replaced.
std::unique_ptr<spdlog::formatter> json_log_format();

// For people: time, level, text, fields as name=value. Whatever could end the line, or tell a terminal
// something, is written as an escape.
std::unique_ptr<spdlog::formatter> text_log_format();

// `text` with the bytes that are no plain text (controls, escapes, what is no UTF-8) as \xNN.
std::string printable(std::string_view text);

}  // namespace holdfast::cli
