#include "api/http/forwarded.h"

#include <optional>

#include <boost/beast/core/string.hpp>

namespace holdfast::api::http {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// `192.0.2.7`, `192.0.2.7:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
std::optional<asio::ip::address> address_of(std::string_view node) {
  if (node.starts_with('[')) {
    node = node.substr(1, node.find(']') - 1);
  } else if (node.find(':') == node.rfind(':')) {
    node = node.substr(0, node.find(':'));
  }
  boost::system::error_code error;
  const auto address = asio::ip::make_address(node, error);
  return error ? std::nullopt : std::optional(address);
}

// The value of `for=` in one element of Forwarded. Quoted values of other parameters could hold separators,
// and are only ever written by those who want to be misread: their parts are no address and end the search.
std::string_view for_parameter(std::string_view element) {
  while (!element.empty()) {
    const std::string_view part = element.substr(0, element.find(';'));
    element.remove_prefix(std::min(part.size() + 1, element.size()));
    const std::size_t equals = part.find('=');
    if (equals == part.npos || !boost::beast::iequals(trimmed(part.substr(0, equals)), "for")) continue;
    std::string_view value = trimmed(part.substr(equals + 1));
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return {};
}

std::string client_of(std::string_view header, const TrustedProxies& proxies, const std::string& peer,
                      bool has_parameters) {
  std::string client = peer;
  while (!header.empty()) {
    const std::size_t comma = header.rfind(',');
    const std::string_view hop = trimmed(header.substr(comma == header.npos ? 0 : comma + 1));
    header = header.substr(0, comma == header.npos ? 0 : comma);
    const auto address = address_of(has_parameters ? for_parameter(hop) : hop);
    if (!address) return client;
    client = address->to_string();
    if (!proxies.trust(address)) return client;
  }
  return client;
}

}  // namespace

std::string forwarded_client(const Request& request, const TrustedProxies& proxies, const std::string& peer) {
  if (request.forwarded.empty()) return client_of(request.forwarded_for, proxies, peer, false);
  std::string client = client_of(request.forwarded, proxies, peer, true);
  if (request.forwarded_for.empty()) return client;
  return client == client_of(request.forwarded_for, proxies, peer, false) ? client : peer;
}

}  // namespace holdfast::api::http
