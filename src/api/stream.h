#pragma once

#include <optional>

#include "api/socket.h"
#include "api/tls.h"

namespace holdfast::api {

// A connection's bytes, with or without TLS. Without, each call is the socket's own behind one branch; what
// has to be awaited is therefore left to the two coroutines of a connection (is_secured() says which way).
class Stream {
 public:
  // A socket as a Listener hands it on.
  explicit Stream(Socket socket) : socket_(std::move(socket)) {}
  Stream(Socket socket, const TlsContext& context) : socket_(std::move(socket)) {
    tls_.emplace(context, socket_.native_handle());
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Socket& socket() { return socket_; }
  bool is_secured() const { return tls_.has_value(); }

  // --- with TLS; the error is operation_aborted when the stream was closed meanwhile ---

  Coroutine<boost::system::error_code> handshake();
  Coroutine<std::size_t> read_secured(asio::mutable_buffer buffer, boost::system::error_code& error);
  // Whether the handshake failed because the client speaks HTTP without TLS; goes on without it.
  bool turned_out_plain();

  // --- with or without ---

  // What the system takes at once; would_block when that is not all.
  std::size_t write_some(asio::const_buffer buffer, boost::system::error_code& error) {
    return tls_ ? tls_->write_some(buffer, error) : socket_.write_some(buffer, error);
  }

  // Waits until the system takes something, and writes what it takes.
  Coroutine<std::size_t> write_when_ready(asio::const_buffer buffer, boost::system::error_code& error);

  // Whether the other end has closed its side, as far as the system knows, read or not yet read.
  bool peer_is_gone() const;
  // Tells the other end that nothing follows.
  void end_output();
  void close();

 private:
  Coroutine<boost::system::error_code> wait(asio::socket_base::wait_type what);

  mutable Socket socket_;  // whose descriptor is not asked for where it is const
  std::optional<TlsSession> tls_;
};

}  // namespace holdfast::api
