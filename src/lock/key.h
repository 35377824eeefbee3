#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::lock {

// Why `key` is not a key, as one sentence without a subject ("is empty"); none when it is one. A key is 1–512
// bytes of valid UTF-8 without control characters, in one canonical form: `/` separates levels, and empty,
// `.` and `..` segments are refused (protocol.md 32).
std::optional<std::string> key_fault(std::string_view key);

// Whether `text` is valid UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace holdfast::lock
