#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "api/socket.h"
#include "base/error.h"

namespace holdfast::api {

// A range of addresses.
class Network {
 public:
  // Reads `10.0.0.0/8`, `fd00::/8`, or one address. std::errc::invalid_argument otherwise, also when bits are
  // set beyond the prefix, which would say another range than was meant.
  static Result<Network> parse(std::string_view text);

  bool contains(const asio::ip::address& address) const;

 private:
  Network(const asio::ip::address& address, unsigned bits) : address_(address), bits_(bits) {}

  asio::ip::address address_;
  unsigned bits_;
};

// Whose word about the client that they speak for is believed.
struct TrustedProxies {
  std::vector<Network> networks;
  bool unix_sockets = false;  // whoever reaches a unix socket

  // No address: the other end of a unix socket.
  bool trust(const std::optional<asio::ip::address>& peer) const;
};

// The other end; none for a unix socket, and when it is gone already.
std::optional<asio::ip::tcp::endpoint> peer_endpoint(const Socket& socket);
// Its address.
std::optional<asio::ip::address> peer_address(const Socket& socket);

}  // namespace holdfast::api
