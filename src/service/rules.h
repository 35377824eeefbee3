#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lock/types.h"
#include "service/fault.h"

// The single rules that requests are checked by. Each returns what is wrong, or nothing.

namespace holdfast::service {

using MaybeFault = std::optional<Fault>;

MaybeFault check_key(std::string_view key, std::string_view field);

// No key twice. `fields[i]` is where `keys[i]` was written.
MaybeFault check_distinct(const std::vector<std::string_view>& keys,
                          const std::vector<std::string_view>& fields);

// 100 ms to 24 h, or -1 for no expiry.
MaybeFault check_ttl(std::int64_t ttl_ms);

// 0 to `most`; with `unlimited`, -1 too.
MaybeFault check_duration(std::int64_t value_ms, lock::Millis most, bool unlimited, std::string_view field);

// At most `most` bytes. Names (owners, groups, request ids) are shown in one line, so they have no control
// characters.
MaybeFault check_text(std::string_view text, std::size_t most, std::string_view field);
MaybeFault check_name(std::string_view text, std::size_t most, std::string_view field);

// 1 to 128 bytes of a name; nothing is fine.
MaybeFault check_request_id(std::optional<std::string_view> request_id);

MaybeFault check_count(std::int64_t value, std::int64_t most, std::string_view field);

Fault invalid(std::string_view field, std::string detail);

}  // namespace holdfast::service
