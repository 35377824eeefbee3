#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace holdfast::client {

inline constexpr std::string_view kDefaultServer = "http://127.0.0.1:7420";

// Where a server listens, as `--server` takes it: `http://host:port`, `https://host:port`, either with a base
// path, or `unix:/path/of/socket`.
class ServerUrl {
 public:
  // Fails with std::errc::invalid_argument; the text says what is expected.
  static Result<ServerUrl> parse(std::string_view text);

  // As it was given, for messages and for HOLDFAST_SERVER of a child.
  const std::string& text() const { return text_; }

  // Scheme, host, port and base path without a slash at the end; append a path that begins with one.
  const std::string& base() const { return base_; }

  // Path of the socket, or empty.
  const std::string& unix_socket() const { return unix_socket_; }

 private:
  std::string text_;
  std::string base_;
  std::string unix_socket_;
};

// `HOST`, `HOST:PORT` or `[V6]:PORT`.
struct Address {
  std::string host;
  int port = 0;
};
// Fails with std::errc::invalid_argument.
Result<Address> parse_address(std::string_view text, int default_port);

// Percent-encodes everything but unreserved characters and `/`, for keys in a path.
std::string encode_path(std::string_view text);

// The same for a value in a query, where `/` is encoded too.
std::string encode_query(std::string_view text);

}  // namespace holdfast::client
