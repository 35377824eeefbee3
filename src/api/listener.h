#pragma once

#include <functional>
#include <memory>

#include "api/endpoint.h"
#include "api/socket.h"
#include "base/error.h"

namespace holdfast::api {

// Accepts connections on one address and hands each socket on: non-blocking, without delay, with keep-alive
// and with a TCP_USER_TIMEOUT of 5 s, so that a client that vanished is noticed (protocol.md 17).
class Listener {
 public:
  using OnSocket = std::function<void(Socket socket)>;

  virtual ~Listener() = default;
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Begins to accept; `on_socket` is called on the io_context's thread until close().
  virtual void start(OnSocket on_socket) = 0;
  // Accepts no more; removes the file of a unix socket. Also done by the destructor.
  virtual void close() = 0;
  // Where it listens, with the real port.
  virtual Endpoint endpoint() const = 0;
};

// Binds and listens. A stale unix socket file that nobody answers at is replaced. Fails with the system's
// error: address_in_use, permission_denied, …
Result<std::shared_ptr<Listener>> listen(asio::io_context& io, const Endpoint& endpoint);

}  // namespace holdfast::api
