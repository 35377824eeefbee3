#include "cli/serve/setting_values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/url.hpp>
#include <fmt/format.h>

#include "cli/duration.h"
#include "lock/limits.h"

namespace holdfast::cli {
namespace {

namespace urls = boost::urls;

constexpr lock::Millis kLongest = std::chrono::days(3650);

Error wrong(std::string text) {
  return Error{std::make_error_code(std::errc::invalid_argument), std::move(text)};
}

struct SizeUnit {
  std::string_view name;
  unsigned shift;
};
constexpr std::array kSizeUnits = {SizeUnit{"", 0}, SizeUnit{"KiB", 10}, SizeUnit{"MiB", 20},
                                   SizeUnit{"GiB", 30}, SizeUnit{"TiB", 40}};

// Scheme, host and port, and a path where there may be one.
bool is_web_url(const urls::url_view& url) {
  return (url.scheme() == "http" || url.scheme() == "https") && !url.host().empty() && !url.has_userinfo() &&
         !url.has_query() && !url.has_fragment();
}

// Characters of a path segment that nobody writes in two ways (RFC 3986 unreserved).
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

Result<api::Endpoint> read_listener(std::string_view text) {
  const auto endpoint = api::parse_endpoint(text);
  if (!endpoint || api::is_local(*endpoint)) return endpoint;
  return Error{
      std::make_error_code(std::errc::operation_not_permitted),
      fmt::format("'{}' is no loopback address, and there is no authentication: listen on 127.0.0.1, on "
                  "[::1] or on a unix socket",
                  text)};
}

Result<lock::Millis> read_default_ttl(std::string_view text) {
  const auto ttl = parse_duration_or_none(text);
  if (!ttl) return ttl.error();
  if (*ttl == lock::kNoExpiry || (*ttl >= lock::kMinTtl && *ttl <= lock::kMaxTtl)) return *ttl;
  return wrong("a ttl is 100ms to 24h, or none");
}

Result<lock::Millis> read_ttl_ms(std::string_view text) {
  if (text == "-1") return lock::kNoExpiry;
  const auto ttl = read_number(text, static_cast<std::uint64_t>(lock::kMinTtl.count()),
                               static_cast<std::uint64_t>(lock::kMaxTtl.count()));
  return ttl ? Result<lock::Millis>(lock::Millis(*ttl)) : ttl.error();
}

Result<lock::Millis> read_duration(std::string_view text, lock::Millis least) {
  const auto duration = parse_duration(text);
  if (!duration) return duration.error();
  if (*duration >= least && *duration <= kLongest) return *duration;
  return wrong(
      fmt::format("'{}' is not from {} to {}", text, format_duration(least), format_duration(kLongest)));
}

Result<std::uint64_t> read_size(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  for (const SizeUnit& unit : kSizeUnits) {
    if (error != std::errc() || unit.name != name || number > UINT64_MAX >> unit.shift) continue;
    const std::uint64_t bytes = number << unit.shift;
    if (bytes >= least && bytes <= most) return bytes;
    return wrong(fmt::format("'{}' is not between {} and {} bytes", text, least, most));
  }
  return wrong(fmt::format("'{}' is not a size like 500MiB, 1GiB or 1048576 (bytes)", text));
}

Result<std::uint64_t> read_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end && number >= least && number <= most) return number;
  return wrong(fmt::format("'{}' is not a number from {} to {}", text, least, most));
}

Result<bool> read_boolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return wrong(fmt::format("'{}' is neither true nor false", text));
}

Result<std::string> read_base_path(std::string_view text) {
  if (text == "/") return std::string();
  const Error malformed = wrong(fmt::format(
      "'{}' is no path like /locks: segments of letters, digits and -._~, no slash at the end", text));
  if (!text.starts_with('/') || text.ends_with('/')) return malformed;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(text.find('/', at + 1), text.size());
    const std::string_view segment = text.substr(at + 1, next - at - 1);
    if (segment.empty() || segment == "." || segment == ".." || !std::ranges::all_of(segment, is_plain)) {
      return malformed;
    }
    at = next;
  }
  return std::string(text);
}

Result<std::string> read_advertise(std::string_view text) {
  const auto url = urls::parse_uri(text);
  if (!url || !is_web_url(*url)) {
    return wrong(fmt::format("'{}' is no URL like https://locks.example.org or http://10.0.0.1:7420", text));
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

Result<std::string> read_origin(std::string_view text) {
  if (text == "*") return wrong("'*' would let every web page take locks: name each origin");
  const auto url = urls::parse_uri(text);
  const bool lower = std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  const bool standard_port =
      url && url->has_port() && url->port() == (url->scheme() == "https" ? "443" : "80");
  if (url && is_web_url(*url) && url->encoded_path().empty() && lower && !standard_port)
    return std::string(text);
  return wrong(
      fmt::format("'{}' is no origin as browsers write it: scheme, host in small letters, the port if it is "
                  "not the usual one, nothing behind it, like https://console.example.org",
                  text));
}

Result<void> read_trusted_proxy(std::string_view text, api::TrustedProxies& proxies) {
  if (text == "unix") {
    proxies.unix_sockets = true;
    return {};
  }
  auto network = api::Network::parse(text);
  if (!network) return network.error();
  proxies.networks.push_back(*network);
  return {};
}

std::string mask_password(std::string_view url) {
  const std::size_t start = url.find("://");
  if (start == url.npos) return std::string(url);
  const std::size_t user = start + 3;
  const std::size_t at = url.substr(0, url.find_first_of("/?#", user)).rfind('@');
  const std::size_t colon = url.find(':', user);
  if (at == url.npos || colon > at) return std::string(url);
  return fmt::format("{}:***{}", url.substr(0, colon), url.substr(at));
}

}  // namespace holdfast::cli
