#pragma once

#include <memory>
#include <string>

#include <boost/asio/buffer.hpp>
#include <openssl/ssl.h>

#include "api/socket.h"
#include "base/error.h"

// TLS of a server, on OpenSSL over the socket's own descriptor: nothing is copied into buffers in between,
// and an idle connection holds none.

namespace holdfast::api {

// PEM files.
struct TlsFiles {
  std::string cert;  // the chain, the server's own first
  std::string key;
  std::string client_ca;  // of client certificates, which are then required; empty: clients need none
};

// A certificate and the rules of TLS, which copies share: 1.2 at least, HTTP/1.1 by ALPN, no resumption, so
// that a new connection always proves who it is against the present files.
class TlsContext {
 public:
  // Fails with the file's name and OpenSSL's reason, also for a key that is encrypted or not the
  // certificate's.
  static Result<TlsContext> load(const TlsFiles& files);

  SSL_CTX* get() const { return context_.get(); }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context, SSL_CTX_free) {}

  std::shared_ptr<SSL_CTX> context_;
};

// The TLS of one connection. Its calls never wait: would_block says that something must come first, room for
// write_some(), waits_for() for the others. No call may follow the end of the socket, whose descriptor may be
// somebody else's then.
class TlsSession {
 public:
  // The context may go away; the descriptor must be non-blocking.
  TlsSession(const TlsContext& context, int descriptor);

  void handshake(boost::system::error_code& error);
  // Whether the handshake failed because the client speaks HTTP without TLS.
  bool met_plain_http() const { return met_plain_http_; }

  // asio::error::eof when the client sends nothing more.
  std::size_t read_some(asio::mutable_buffer buffer, boost::system::error_code& error);
  // Whether the next read needs nothing of the network.
  bool has_unread() const { return SSL_pending(ssl_.get()) > 0; }
  // After would_block, call again with the same bytes first.
  std::size_t write_some(asio::const_buffer buffer, boost::system::error_code& error);

  // Tells the client that nothing follows, if that can be done at once.
  void end();

  // For the latest handshake() or read_some().
  asio::socket_base::wait_type waits_for() const { return waits_for_; }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  boost::system::error_code error_of(int result);

  std::unique_ptr<SSL, Free> ssl_;
  asio::socket_base::wait_type waits_for_ = asio::socket_base::wait_read;
  bool met_plain_http_ = false;
};

}  // namespace holdfast::api
