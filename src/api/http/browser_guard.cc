#include "api/http/browser_guard.h"

#include <algorithm>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/beast/core/string.hpp>

#include "service/rules.h"

namespace holdfast::api::http {
namespace {

using boost::beast::iequals;
using service::Code;
using service::Fault;

bool is_safe(Verb method) {
  return method == Verb::get || method == Verb::head || method == Verb::options;
}

std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  if (colon == host.npos || (bracket != host.npos && colon < bracket)) return host;
  const std::string_view port = host.substr(colon + 1);
  const bool digits = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && port.size() <= 5 ? host.substr(0, colon) : host;
}

bool is_same_origin(const Request& request) {
  const std::string_view origin = request.origin;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return iequals(origin.substr(scheme.size()), request.host);
  }
  return false;
}

}  // namespace

bool names_loopback(std::string_view host) {
  const std::string_view name = without_port(host);
  if (iequals(name, "localhost") || name == "[::1]") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address_v4(name, error);
  return !error && address.is_loopback();
}

std::optional<Fault> guard_against_browsers(const Request& request, bool loopback) {
  if (request.host_count > 1) return service::invalid("Host", "there is more than one Host");
  if (request.host_count == 0 && request.http_1_1) return service::invalid("Host", "HTTP/1.1 needs a Host");
  if (loopback && request.host_count == 1 && !names_loopback(request.host)) {
    return Fault{Code::permission_denied, "on this address Host must be localhost, 127.0.0.1 or [::1]",
                 "Host"};
  }
  if (is_safe(request.method)) return std::nullopt;
  if (!request.origin.empty() && !is_same_origin(request)) {
    return Fault{Code::permission_denied, "pages of another origin may not change anything here", "Origin"};
  }
  if (request.fetch_site == "cross-site" || request.fetch_site == "same-site") {
    return Fault{Code::permission_denied, "pages of another site may not change anything here",
                 "Sec-Fetch-Site"};
  }
  return std::nullopt;
}

}  // namespace holdfast::api::http
