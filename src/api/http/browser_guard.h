#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/request.h"
#include "service/fault.h"

// Keeps web pages away from a server on the user's own machine. A page can name that machine by a host name
// of its own (DNS rebinding), so on a loopback listener `Host` must name the loopback (protocol.md 32), or
// the host that the server is advertised by, where a proxy passes that on. A page sends its Origin with every
// call that changes something, so a foreign one is refused everywhere unless it was named.

namespace holdfast::api::http {

// Which pages may do what any program may.
class BrowserRules {
 public:
  BrowserRules() = default;
  // `advertise`: the URL that users know the server by, or empty. `origins`: of pages elsewhere, as browsers
  // write them.
  BrowserRules(std::string_view advertise, std::vector<std::string> origins);

  // Whether the server is advertised under this Host value, whatever the port.
  bool is_own_host(std::string_view host) const;
  // Whether pages of this origin come from the server itself as its users see it.
  bool is_own_origin(std::string_view origin) const;
  // Whether pages of this origin, elsewhere, were let in.
  bool is_shared_with(std::string_view origin) const;

 private:
  std::string own_origin_;  // "https://locks.example.org"
  std::vector<std::string> origins_;
};

// `permission_denied` for a request that a web page may have made, `invalid_argument` for a Host that HTTP
// itself forbids (absent in HTTP/1.1, or several). `loopback`: the request came by a loopback address.
std::optional<service::Fault> guard_against_browsers(const Request& request, const BrowserRules& rules,
                                                     bool loopback);

// Whether a Host value is localhost, a 127.x.x.x address or [::1], with or without a port.
bool names_loopback(std::string_view host);

}  // namespace holdfast::api::http
