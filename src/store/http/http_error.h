#pragma once

#include <system_error>

namespace holdfast::store {

// Why an HTTP exchange gave no response. What matters to a caller is whether the server can have acted.
enum class HttpErrc {
  invalid_request = 1,  // malformed URL or setting: nothing was sent, repeating is useless
  unreachable,          // name, address, connection or TLS handshake failed: the server never saw the request
  untrusted,            // a certificate was refused, or a TLS file cannot be read: the server never saw it
  no_reply,             // the request may have been acted on, its reply is lost: repeat with the same id
  timed_out,            // as no_reply, at the caller's own time limit
  cancelled,            // the caller asked to stop; as no_reply
  too_large,            // a reply came but is larger than allowed
};

const std::error_category& http_category();

inline std::error_code make_error_code(HttpErrc code) {
  return {static_cast<int>(code), http_category()};
}

}  // namespace holdfast::store

template <>
struct std::is_error_code_enum<holdfast::store::HttpErrc> : std::true_type {};
