#pragma once

#include <string>
#include <string_view>
#include <variant>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "base/error.h"

namespace holdfast::api {

using TcpEndpoint = boost::asio::ip::tcp::endpoint;
using UnixEndpoint = boost::asio::local::stream_protocol::endpoint;

// Where a server listens.
using Endpoint = std::variant<TcpEndpoint, UnixEndpoint>;

// Reads `127.0.0.1:7420`, `[::1]:7420`, `localhost:7420` (127.0.0.1) or `unix:/run/holdfast/http.sock`. Port
// 0 takes any free one. std::errc::invalid_argument otherwise, with the reason.
Result<Endpoint> parse_endpoint(std::string_view text);

// The same form back; what parse_endpoint() reads.
std::string to_text(const Endpoint& endpoint);

// Whether only this machine can connect: a loopback address or a unix socket.
bool is_local(const Endpoint& endpoint);

}  // namespace holdfast::api
