#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "api/guests.h"
#include "api/listener.h"
#include "api/resp/backend.h"
#include "api/resp/connection.h"

namespace holdfast::api::resp {

// The Redis protocol: listeners, connections, and the end of all that. One thread: that of the io_context,
// which is the keeper's. It must outlive the io_context's run.
class Server final : private Connection::Host {
 public:
  Server(asio::io_context& io, Backend backend);
  ~Server() override;

  // Takes connections from this listener.
  void serve(std::shared_ptr<Listener> listener);

  // TCP connections speak TLS with this certificate from now on; those that are there keep theirs.
  void use_tls(TlsContext tls) { tls_ = std::move(tls); }

  // Takes no more connections, and ends each as soon as nothing of it is in flight.
  void stop_accepting();
  // Ends what is left, and calls back when all is sent, or after a short while.
  void finish(std::function<void()> finished);

  std::size_t connections() const { return guests_.size(); }

 private:
  void accept(Socket socket, bool is_tcp);
  void go_on();

  // Connection::Host
  Backend& backend() override { return backend_; }
  ExchangePool& pool() override { return pool_; }
  Connection::Time now() const override { return guests_.now(); }
  void call_soon(Connection& connection) override;
  void closed(Connection& connection) override { guests_.remove(connection); }

  asio::io_context& io_;
  Backend backend_;
  std::optional<TlsContext> tls_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  ExchangePool pool_;
  std::vector<std::shared_ptr<Connection>> answered_;  // that have something to send
  std::vector<std::shared_ptr<Connection>> going_on_;
  std::uint64_t last_id_ = 0;
  Guests guests_;
};

}  // namespace holdfast::api::resp
