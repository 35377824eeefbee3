#include "api/resp/server.h"

#include <boost/asio/post.hpp>

#include "api/network.h"

namespace holdfast::api::resp {

Server::Server(asio::io_context& io, Backend backend)
    : io_(io), backend_(std::move(backend)), guests_(io, backend_.gate) {}

Server::~Server() {
  for (const auto& listener : listeners_) listener->close();
}

void Server::serve(std::shared_ptr<Listener> listener) {
  const bool is_tcp = std::holds_alternative<TcpEndpoint>(listener->endpoint());
  listener->start([this, is_tcp](Socket socket) { accept(std::move(socket), is_tcp); });
  listeners_.push_back(std::move(listener));
}

void Server::accept(Socket socket, bool is_tcp) {
  if (guests_.is_overrun()) return;
  const auto peer = peer_endpoint(socket);
  Session session{.id = ++last_id_,
                  .address = peer ? to_text(Endpoint(*peer)) : "unix",
                  .caller = {.address = peer ? peer->address().to_string() : "unix"},
                  .since = backend_.clock.now()};
  Guests::Hold counted;
  const auto refusal = guests_.admit(session.caller.address, counted);
  auto& host = static_cast<Connection::Host&>(*this);
  const auto connection =
      tls_ && is_tcp ? std::make_shared<Connection>(std::move(socket), *tls_, host, std::move(session))
                     : std::make_shared<Connection>(std::move(socket), host, std::move(session));
  guests_.add(connection, std::move(counted));
  if (refusal) {
    connection->start_refused(*refusal);
  } else {
    connection->start();
  }
}

// All that became durable together is answered in one handler of the keeper's; this one comes behind it and
// sends the replies back to back.
void Server::call_soon(Connection& connection) {
  if (answered_.empty()) asio::post(io_, [this] { go_on(); });
  answered_.push_back(connection.shared_from_this());
}

void Server::go_on() {
  std::swap(answered_, going_on_);
  for (const auto& connection : going_on_) connection->go_on();
  going_on_.clear();
}

void Server::stop_accepting() {
  for (const auto& listener : listeners_) listener->close();
  guests_.finish();
}

void Server::finish(std::function<void()> finished) {
  guests_.end({service::Code::no_leader, "the server is stopping: ask again", ""}, std::move(finished));
}

}  // namespace holdfast::api::resp
