#include "api/endpoint.h"

#include <charconv>

#include <fmt/format.h>

namespace holdfast::api {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kUnixPrefix = "unix:";

Error refuse(std::string_view text, std::string_view why) {
  return Error{std::make_error_code(std::errc::invalid_argument), fmt::format("'{}' {}", text, why)};
}

Result<Endpoint> parse_unix(std::string_view text) {
  const std::string path(text.substr(kUnixPrefix.size()));
  constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;
  if (path.empty()) return refuse(text, "names no socket file");
  if (path.size() > kMaxPath) return refuse(text, fmt::format("is longer than {} bytes", kMaxPath));
  return Endpoint(UnixEndpoint(path));
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) return parse_unix(text);
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return refuse(text, "has no port: it should look like 127.0.0.1:7420");
  const std::string_view port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc() || end != port_text.data() + port_text.size()) {
    return refuse(text, "has no port between 0 and 65535");
  }
  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code address_error;
  const asio::ip::address address = asio::ip::make_address(host, address_error);
  if (address_error || address.is_v6() != bracketed) {
    return refuse(text, "is no address: it should look like 127.0.0.1:7420 or [::1]:7420");
  }
  return Endpoint(TcpEndpoint(address, port));
}

std::string to_text(const Endpoint& endpoint) {
  if (const auto* local = std::get_if<UnixEndpoint>(&endpoint))
    return std::string(kUnixPrefix) + local->path();
  const auto& tcp = std::get<TcpEndpoint>(endpoint);
  const std::string host = tcp.address().to_string();
  return fmt::format(fmt::runtime(tcp.address().is_v6() ? "[{}]:{}" : "{}:{}"), host, tcp.port());
}

bool is_local(const Endpoint& endpoint) {
  const auto* tcp = std::get_if<TcpEndpoint>(&endpoint);
  return tcp == nullptr || tcp->address().is_loopback();
}

}  // namespace holdfast::api
