#include "client/server_url.h"

#include <boost/url.hpp>

namespace holdfast::client {
namespace {

Error malformed(std::string_view text) {
  return Error{
      std::make_error_code(std::errc::invalid_argument),
      "server URL '" + std::string(text) + "' is not http://HOST:PORT, https://HOST:PORT or unix:/PATH"};
}

}  // namespace

Result<ServerUrl> ServerUrl::parse(std::string_view text) {
  ServerUrl url;
  url.text_ = text;
  if (text.starts_with("unix:")) {
    url.unix_socket_ = text.substr(5);
    url.base_ = "http://localhost";
    if (!url.unix_socket_.starts_with("/")) return malformed(text);
    return url;
  }
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed || parsed->host().empty() || parsed->has_query() || parsed->has_fragment() ||
      parsed->has_userinfo() ||
      (!parsed->encoded_path().empty() && !parsed->encoded_path().starts_with('/')) ||
      (parsed->scheme() != "http" && parsed->scheme() != "https")) {
    return malformed(text);
  }
  url.base_ = text;
  while (url.base_.ends_with("/")) url.base_.pop_back();
  return url;
}

Result<Address> parse_address(std::string_view text, int default_port) {
  const auto parsed = boost::urls::parse_authority(text);
  if (!parsed || parsed->host().empty() || parsed->has_userinfo() ||
      (parsed->has_port() && parsed->port_number() == 0)) {
    return Error{std::make_error_code(std::errc::invalid_argument),
                 "'" + std::string(text) + "' is not HOST or HOST:PORT"};
  }
  return Address{.host = std::string(parsed->host_address()),
                 .port = parsed->has_port() ? parsed->port_number() : default_port};
}

std::string encode_path(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars + '/');
}

std::string encode_query(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

}  // namespace holdfast::client
