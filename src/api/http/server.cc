#include "api/http/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace holdfast::api::http {
namespace {

using std::chrono::steady_clock;

// Deadlines of connections are whole seconds; looking at them all a few times a second is cheaper than a
// timer for each, which every request would set anew.
constexpr std::chrono::milliseconds kTick{250};

// How many connections beyond the most are told so; more than that are just closed.
constexpr std::size_t kMaxRefused = 100;

constexpr std::chrono::seconds kFinishTime{2};

}  // namespace

Server::Server(asio::io_context& io, Backend backend, ServerOptions options)
    : io_(io),
      backend_(std::move(backend)),
      options_(options),
      tick_(io.get_executor()),
      now_(steady_clock::now()) {
  limit_connections(options_.max_connections);
  spawn(io.get_executor(), watch_deadlines());
}

Server::~Server() {
  for (const auto& listener : listeners_) listener->close();
  const auto connections = std::exchange(connections_, {});
  for (const auto& [key, guest] : connections) guest.connection->close();
}

void Server::serve(std::shared_ptr<Listener> listener, Exposure exposure) {
  const auto endpoint = listener->endpoint();
  const auto* tcp = std::get_if<TcpEndpoint>(&endpoint);
  const Door door{.is_tcp = tcp != nullptr,
                  .loopback = tcp != nullptr && tcp->address().is_loopback(),
                  .exposure = exposure};
  listener->start([this, door](Socket socket) { accept(std::move(socket), door); });
  listeners_.push_back(std::move(listener));
}

void Server::limit_connections(std::size_t most) {
  options_.max_connections = most;
  backend_.max_connections = most;
}

// Probes are answered by a full server too: it is alive.
void Server::accept(Socket socket, const Door& door) {
  if (connections_.size() >= options_.max_connections + kMaxRefused) return;
  const auto address = peer_address(socket);
  Peer peer{.address = address ? address->to_string() : "unix",
            .trusted_proxy = backend_.trusted_proxies.trust(address),
            .loopback = door.loopback,
            .exposure = door.exposure};
  service::ClientLimits::Hold counted;
  const auto refusal = admit(peer, counted);
  auto& host = static_cast<Connection::Host&>(*this);
  const auto connection = tls_ && door.is_tcp
                              ? std::make_shared<Connection>(std::move(socket), *tls_, host, std::move(peer))
                              : std::make_shared<Connection>(std::move(socket), host, std::move(peer));
  connections_.emplace(connection.get(), Guest{connection, std::move(counted)});
  backend_.connections = connections_.size();
  if (refusal) {
    connection->start_refused(*refusal);
  } else {
    connection->start();
  }
}

// A proxy connects for many clients, who are counted one by one when they ask.
std::optional<service::Fault> Server::admit(const Peer& peer, service::ClientLimits::Hold& counted) {
  if (peer.exposure == Exposure::probes) return std::nullopt;
  if (connections_.size() >= options_.max_connections) {
    return service::Fault{service::Code::overloaded, "the server has as many connections as it takes", ""};
  }
  if (peer.trusted_proxy) return std::nullopt;
  auto hold = backend_.limits.connect(peer.address);
  if (!hold) return hold.error();
  counted = *std::move(hold);
  return std::nullopt;
}

void Server::closed(Connection& connection) {
  connections_.erase(&connection);
  backend_.connections = connections_.size();
}

Coroutine<void> Server::watch_deadlines() {
  for (;;) {
    tick_.expires_after(kTick);
    const auto [error] = co_await tick_.async_wait(asio::as_tuple(kAwait));
    if (error) co_return;
    now_ = steady_clock::now();
    cut_off_late();
    if (finished_ && is_finished()) std::exchange(finished_, {})();
  }
}

void Server::cut_off_late() {
  std::vector<std::shared_ptr<Connection>> late;
  for (const auto& [key, guest] : connections_) {
    if (guest.connection->deadline() <= now_) late.push_back(guest.connection);
  }
  for (const auto& connection : late) connection->time_out();
}

void Server::stop_accepting() {
  for (const auto& listener : listeners_) listener->close();
  for (const auto& connection : all()) connection->finish();
}

void Server::finish(std::function<void()> finished) {
  for (const auto& connection : all()) {
    connection->finish_with({service::Code::no_leader, "the server is stopping: ask again", ""});
  }
  if (connections_.empty()) return finished();
  finished_ = std::move(finished);
  finish_by_ = steady_clock::now() + kFinishTime;
}

// What may close while one goes through them.
std::vector<std::shared_ptr<Connection>> Server::all() const {
  std::vector<std::shared_ptr<Connection>> connections;
  for (const auto& [key, guest] : connections_) connections.push_back(guest.connection);
  return connections;
}

bool Server::is_finished() const {
  return connections_.empty() || now_ >= finish_by_;
}

}  // namespace holdfast::api::http
