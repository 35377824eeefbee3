#include "endpoint.h"

#include <utility>
#include <vector>

namespace holdfast::sim {

class Endpoint::Exchange final : public keeper::Call {
 public:
  Exchange(Endpoint& endpoint, ConnectionId connection, Peer peer)
      : endpoint_(endpoint), connection_(connection), peer_(std::move(peer)) {}

  void answered(lock::Revision revision, const lock::Reply& reply, const keeper::Timing&) override {
    endpoint_.reply(connection_, {revision, reply});  // destroys this
  }

  const Peer& peer() const { return peer_; }
  keeper::CallId call;  // none while it reads

 private:
  Endpoint& endpoint_;
  ConnectionId connection_;
  Peer peer_;
};

Endpoint::Endpoint(ServerId id, Server& server, Network& network)
    : id_(id), server_(server), network_(network) {}

Endpoint::~Endpoint() = default;

void Endpoint::open(ConnectionId connection, Peer peer, const Question& question) {
  if (!server_.runs()) return send(peer, nullptr);
  server_.deliver([this, connection, peer = std::move(peer), question] { ask(connection, peer, question); });
}

void Endpoint::ask(ConnectionId connection, const Peer& peer, const Question& question) {
  Exchange& exchange =
      *exchanges_.emplace(connection, std::make_unique<Exchange>(*this, connection, peer)).first->second;
  if (const auto* command = std::get_if<lock::Command>(&question)) {
    exchange.call = server_.submit(lock::Command(*command), exchange);
    return;
  }
  server_.read(std::get<ReadKey>(question).key, [this, connection](const KeyView* view) {
    if (!exchanges_.contains(connection)) return;
    if (view != nullptr) return reply(connection, {view->revision, *view});
    send(exchanges_.at(connection)->peer(), nullptr);
    exchanges_.erase(connection);
  });
}

void Endpoint::reply(ConnectionId connection, const Answer& answer) {
  const auto found = exchanges_.extract(connection);
  send(found.mapped()->peer(), &answer);
}

void Endpoint::send(const Peer& peer, const Answer* answer) {
  Action arrive = [arrive = peer.arrive, answer = answer ? std::optional(*answer) : std::nullopt] {
    arrive(answer ? &*answer : nullptr);
  };
  network_.send(peer.client, id_, Network::Way::to_client, std::move(arrive));
}

void Endpoint::close(ConnectionId connection) {
  if (!server_.runs()) return;
  server_.deliver([this, connection] {
    const auto found = exchanges_.extract(connection);
    if (found && found.mapped()->call) server_.leave(found.mapped()->call);
  });
}

void Endpoint::close_all_of(ClientId client) {
  std::vector<ConnectionId> lost;
  for (const auto& [connection, exchange] : exchanges_) {
    if (exchange->peer().client == client) lost.push_back(connection);
  }
  for (const ConnectionId connection : lost) close(connection);
}

void Endpoint::reset_all() {
  for (const auto& [connection, exchange] : std::exchange(exchanges_, {})) send(exchange->peer(), nullptr);
}

}  // namespace holdfast::sim
