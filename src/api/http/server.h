#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "api/guests.h"
#include "api/http/backend.h"
#include "api/http/connection.h"
#include "api/listener.h"

namespace holdfast::api::http {

// The REST server: listeners, connections, their deadlines, and the end of all that. One thread: that of the
// io_context, which is the keeper's. It must outlive the io_context's run.
class Server final : private Connection::Host {
 public:
  Server(asio::io_context& io, Backend backend);
  ~Server() override;

  // Takes connections from this listener.
  void serve(std::shared_ptr<Listener> listener, Exposure exposure = Exposure::everything);

  // TCP connections speak TLS with this certificate from now on; those that are there keep theirs.
  void use_tls(TlsContext tls) { tls_ = std::move(tls); }

  // Takes no more connections, and ends each as soon as nothing of it is in flight.
  void stop_accepting();
  // Refuses what still waits with no_leader, and calls back when all is sent, or after a short while.
  void finish(std::function<void()> finished);

 private:
  // What is the same for all connections of one listener.
  struct Door {
    bool is_tcp = false;
    bool loopback = false;
    Exposure exposure = Exposure::everything;
  };
  void accept(Socket socket, const Door& door);
  std::optional<service::Fault> admit(const Peer& peer, Guests::Hold& counted);

  // Connection::Host
  Backend& backend() override { return backend_; }
  Connection::Time now() const override { return guests_.now(); }
  void closed(Connection& connection) override;

  Backend backend_;
  std::optional<TlsContext> tls_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  Guests guests_;
};

}  // namespace holdfast::api::http
