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

std::string_view without_scheme(std::string_view url) {
  const std::size_t end = url.find("://");
  return end == url.npos ? std::string_view() : url.substr(end + 3);
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

BrowserRules::BrowserRules(std::string_view advertise, std::vector<std::string> origins)
    : origins_(std::move(origins)) {
  const std::string_view authority = without_scheme(advertise);
  if (authority.empty()) return;
  own_origin_ = advertise.substr(0, advertise.size() - authority.size());
  own_origin_ += authority.substr(0, authority.find('/'));
}

bool BrowserRules::is_own_host(std::string_view host) const {
  const std::string_view own = without_port(without_scheme(own_origin_));
  return !own.empty() && iequals(own, without_port(host));
}

bool BrowserRules::is_own_origin(std::string_view origin) const {
  return !own_origin_.empty() && iequals(origin, own_origin_);
}

bool BrowserRules::is_shared_with(std::string_view origin) const {
  return std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

std::optional<Fault> guard_against_browsers(const Request& request, const BrowserRules& rules,
                                            bool loopback) {
  if (request.host_count > 1) return service::invalid("Host", "there is more than one Host");
  if (request.host_count == 0 && request.http_1_1) return service::invalid("Host", "HTTP/1.1 needs a Host");
  if (loopback && request.host_count == 1 && !names_loopback(request.host) &&
      !rules.is_own_host(request.host)) {
    return Fault{Code::permission_denied,
                 "on this address Host must be localhost, 127.0.0.1, [::1] or the host of --advertise",
                 "Host"};
  }
  if (is_safe(request.method) || rules.is_shared_with(request.origin)) return std::nullopt;
  if (!request.origin.empty() && !is_same_origin(request) && !rules.is_own_origin(request.origin)) {
    return Fault{Code::permission_denied, "pages of another origin may not change anything here", "Origin"};
  }
  if (request.fetch_site == "cross-site" || request.fetch_site == "same-site") {
    return Fault{Code::permission_denied, "pages of another site may not change anything here",
                 "Sec-Fetch-Site"};
  }
  return std::nullopt;
}

}  // namespace holdfast::api::http
