#pragma once

#include <functional>
#include <map>
#include <memory>

#include "exchange.h"
#include "network.h"
#include "server.h"

namespace holdfast::sim {

// The door of one server: takes questions from connections, hands them to the keeper, and sends the answers
// back. When a connection is lost, what it asked is left.
class Endpoint {
 public:
  // Who asked, and how to reach the asker at the moment at which a message arrives: with an answer, or with
  // none when the connection was reset.
  struct Peer {
    ClientId client = 0;
    std::function<void(const Answer* answer)> arrive;
  };

  Endpoint(ServerId id, Server& server, Network& network);
  ~Endpoint();

  // A connection with its question has arrived.
  void open(ConnectionId connection, Peer peer, const Question& question);
  // The connection is gone.
  void close(ConnectionId connection);
  void close_all_of(ClientId client);
  // The server process is dead: its peers learn it as far as messages reach them.
  void reset_all();

  std::size_t open_count() const { return exchanges_.size(); }

 private:
  class Exchange;

  void ask(ConnectionId connection, const Peer& peer, const Question& question);
  void reply(ConnectionId connection, const Answer& answer);
  void send(const Peer& peer, const Answer* answer);

  ServerId id_;
  Server& server_;
  Network& network_;
  std::map<ConnectionId, std::unique_ptr<Exchange>> exchanges_;
};

}  // namespace holdfast::sim
