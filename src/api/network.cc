#include "api/network.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

#include <fmt/format.h>

namespace holdfast::api {
namespace {

using asio::ip::address;

Error refuse(std::string_view text, std::string_view why) {
  return Error{std::make_error_code(std::errc::invalid_argument), fmt::format("'{}' {}", text, why)};
}

// An IPv4 address that came through an IPv6 socket is the IPv4 address.
address plain(const address& given) {
  if (!given.is_v6() || !given.to_v6().is_v4_mapped()) return given;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, given.to_v6());
}

bool same_prefix(std::span<const unsigned char> a, std::span<const unsigned char> b, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::ranges::equal(a.first(whole), b.first(whole))) return false;
  if (bits % 8 == 0) return true;
  return ((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0;
}

bool same_prefix(const address& a, const address& b, unsigned bits) {
  if (a.is_v4() != b.is_v4()) return false;
  return a.is_v4() ? same_prefix(a.to_v4().to_bytes(), b.to_v4().to_bytes(), bits)
                   : same_prefix(a.to_v6().to_bytes(), b.to_v6().to_bytes(), bits);
}

bool has_host_bits(const address& given, unsigned bits) {
  const auto any_beyond = [bits](auto bytes) {
    for (std::size_t bit = bits; bit < bytes.size() * 8; ++bit) {
      if (bytes[bit / 8] >> (7 - bit % 8) & 1) return true;
    }
    return false;
  };
  return given.is_v4() ? any_beyond(given.to_v4().to_bytes()) : any_beyond(given.to_v6().to_bytes());
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  boost::system::error_code error;
  const address base = asio::ip::make_address(text.substr(0, slash), error);
  if (error) return refuse(text, "is no network: it should look like 10.0.0.0/8, fd00::/8 or 10.1.2.3");
  const unsigned most = base.is_v4() ? 32 : 128;
  if (slash == text.npos) return Network(base, most);
  const std::string_view length = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, failure] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (failure != std::errc() || end != length.data() + length.size() || bits > most) {
    return refuse(text, fmt::format("has no prefix length between 0 and {}", most));
  }
  if (has_host_bits(base, bits)) return refuse(text, "has bits set beyond its prefix length");
  return Network(base, bits);
}

bool Network::contains(const address& given) const {
  return same_prefix(address_, plain(given), bits_);
}

bool TrustedProxies::trust(const std::optional<address>& peer) const {
  if (!peer) return unix_sockets;
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Network& network) { return network.contains(*peer); });
}

std::optional<asio::ip::tcp::endpoint> peer_endpoint(const Socket& socket) {
  boost::system::error_code error;
  const auto generic = socket.remote_endpoint(error);
  const int family = generic.protocol().family();
  if (error || (family != AF_INET && family != AF_INET6)) return std::nullopt;
  asio::ip::tcp::endpoint endpoint(family == AF_INET ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), 0);
  endpoint.resize(generic.size());
  std::memcpy(endpoint.data(), generic.data(), generic.size());
  return asio::ip::tcp::endpoint(plain(endpoint.address()), endpoint.port());
}

std::optional<address> peer_address(const Socket& socket) {
  const auto endpoint = peer_endpoint(socket);
  return endpoint ? std::optional(endpoint->address()) : std::nullopt;
}

}  // namespace holdfast::api
