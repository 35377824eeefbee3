#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "api/http/backend.h"
#include "api/http/connection.h"
#include "api/listener.h"

namespace holdfast::api::http {

struct ServerOptions {
  std::size_t max_connections = 10'240;  // more are refused: overloaded
};

// The REST server: listeners, connections, their deadlines, and the end of all that. One thread: that of the
// io_context, which is the keeper's. It must outlive the io_context's run.
class Server final : private Connection::Host {
 public:
  Server(asio::io_context& io, Backend backend, ServerOptions options);
  ~Server() override;

  // Takes connections from this listener.
  void serve(std::shared_ptr<Listener> listener, Exposure exposure = Exposure::everything);

  // TCP connections speak TLS with this certificate from now on; those that are there keep theirs.
  void use_tls(TlsContext tls) { tls_ = std::move(tls); }
  // Those that are there beyond it stay.
  void limit_connections(std::size_t most);
  // For what comes from now on.
  void limit_clients(const service::ClientQuota& quota) { backend_.limits.set(quota); }

  // Takes no more connections, and ends each as soon as nothing of it is in flight.
  void stop_accepting();
  // Refuses what still waits with no_leader, and calls back when all is sent, or after a short while.
  void finish(std::function<void()> finished);

  std::size_t connections() const { return connections_.size(); }

 private:
  // What is the same for all connections of one listener.
  struct Door {
    bool is_tcp = false;
    bool loopback = false;
    Exposure exposure = Exposure::everything;
  };
  struct Guest {
    std::shared_ptr<Connection> connection;
    service::ClientLimits::Hold counted;
  };
  void accept(Socket socket, const Door& door);
  std::optional<service::Fault> admit(const Peer& peer, service::ClientLimits::Hold& counted);
  Coroutine<void> watch_deadlines();
  void cut_off_late();
  bool is_finished() const;
  std::vector<std::shared_ptr<Connection>> all() const;

  // Connection::Host
  Backend& backend() override { return backend_; }
  Connection::Time now() const override { return now_; }
  void closed(Connection& connection) override;

  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, Executor>;

  asio::io_context& io_;
  Backend backend_;
  ServerOptions options_;
  std::optional<TlsContext> tls_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::unordered_map<Connection*, Guest> connections_;
  Timer tick_;
  Connection::Time now_;
  Connection::Time finish_by_ = Connection::Time::max();
  std::function<void()> finished_;
};

}  // namespace holdfast::api::http
