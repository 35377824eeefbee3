#include "api/http/server.h"

namespace holdfast::api::http {

Server::Server(asio::io_context& io, Backend backend)
    : backend_(std::move(backend)), guests_(io, backend_.gate) {}

Server::~Server() {
  for (const auto& listener : listeners_) listener->close();
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

void Server::accept(Socket socket, const Door& door) {
  if (guests_.is_overrun()) return;
  const auto address = peer_address(socket);
  Peer peer{.address = address ? address->to_string() : "unix",
            .trusted_proxy = backend_.trusted_proxies.trust(address),
            .loopback = door.loopback,
            .exposure = door.exposure};
  Guests::Hold counted;
  const auto refusal = admit(peer, counted);
  auto& host = static_cast<Connection::Host&>(*this);
  const auto connection = tls_ && door.is_tcp
                              ? std::make_shared<Connection>(std::move(socket), *tls_, host, std::move(peer))
                              : std::make_shared<Connection>(std::move(socket), host, std::move(peer));
  guests_.add(connection, std::move(counted));
  backend_.connections = guests_.size();
  if (refusal) {
    connection->start_refused(*refusal);
  } else {
    connection->start();
  }
}

// Probes are answered by a full server too: it is alive. A proxy connects for many clients, who are counted
// one by one when they ask.
std::optional<service::Fault> Server::admit(const Peer& peer, Guests::Hold& counted) {
  if (peer.exposure == Exposure::probes) return std::nullopt;
  if (peer.trusted_proxy) return guests_.admit();
  return guests_.admit(peer.address, counted);
}

void Server::closed(Connection& connection) {
  guests_.remove(connection);
  backend_.connections = guests_.size();
}

void Server::stop_accepting() {
  for (const auto& listener : listeners_) listener->close();
  guests_.finish();
}

void Server::finish(std::function<void()> finished) {
  guests_.end({service::Code::no_leader, "the server is stopping: ask again", ""}, std::move(finished));
}

}  // namespace holdfast::api::http
