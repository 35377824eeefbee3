#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/endpoint.h"
#include "api/network.h"
#include "base/error.h"
#include "lock/types.h"

// Readers of the values of settings. Each fails with a text for the one who wrote the value.

namespace holdfast::cli {

// A loopback address or a unix socket. Without authentication, whoever can connect can take and break every
// lock, so other addresses are refused whatever else is set.
Result<api::Endpoint> read_listener(std::string_view text);

// A ttl that a lease may have, or -1 ms for `none`.
Result<lock::Millis> read_default_ttl(std::string_view text);

// The same in milliseconds, with -1 for no expiry.
Result<lock::Millis> read_ttl_ms(std::string_view text);

// A duration from `least` to 3650 days.
Result<lock::Millis> read_duration(std::string_view text, lock::Millis least);

// `64MiB`, `1GiB`, `500KiB`, `1TiB`, or bytes.
Result<std::uint64_t> read_size(std::string_view text, std::uint64_t least = 0,
                                std::uint64_t most = UINT64_MAX);

Result<std::uint64_t> read_number(std::string_view text, std::uint64_t least, std::uint64_t most);

// `true` or `false`.
Result<bool> read_boolean(std::string_view text);

// `/locks`, `/a/b`, without a slash at the end; `/` is empty.
Result<std::string> read_base_path(std::string_view text);

// An http or https URL of a server, without a slash at the end.
Result<std::string> read_advertise(std::string_view text);

// A web origin, `https://console.example.org`, as browsers write it. `*` is refused: any page could then take
// locks.
Result<std::string> read_origin(std::string_view text);

// Adds a network, or `unix`.
Result<void> read_trusted_proxy(std::string_view text, api::TrustedProxies& proxies);

// A URL without the password in it.
std::string mask_password(std::string_view url);

}  // namespace holdfast::cli
