#pragma once

#include <optional>
#include <string_view>

#include "api/http/request.h"
#include "service/fault.h"

// Keeps web pages away from a server on the user's own machine. A page can name that machine by a host name
// of its own (DNS rebinding), so on a loopback listener `Host` must name the loopback (protocol.md 32); and a
// page sends its Origin with every call that changes something, so a foreign one is refused everywhere.

namespace holdfast::api::http {

// `permission_denied` for a request that a web page may have made, `invalid_argument` for a Host that HTTP
// itself forbids (absent in HTTP/1.1, or several). `loopback`: the request came by a loopback address.
std::optional<service::Fault> guard_against_browsers(const Request& request, bool loopback);

// Whether a Host value is localhost, a 127.x.x.x address or [::1], with or without a port.
bool names_loopback(std::string_view host);

}  // namespace holdfast::api::http
