#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace holdfast::cli {

// A duration of the command line: `500ms`, `30s`, `5m`, `2h`, `1d`, `1.5h`; a bare number is seconds. Fails
// with std::errc::invalid_argument and a text that shows the forms; negative or beyond 10,000 days too.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// The same, where `-1` or `none` means no limit or no expiry: -1 ms.
Result<std::chrono::milliseconds> parse_duration_or_none(std::string_view text);

// For people: `350ms`, `12s`, `3m10s`, `2h5m`, `4d3h`.
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace holdfast::cli
