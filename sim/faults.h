#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "client.h"
#include "endpoint.h"
#include "network.h"
#include "plan.h"
#include "random.h"
#include "server.h"
#include "store.h"
#include "trace.h"

namespace holdfast::sim {

// One server with its door.
struct Site {
  std::unique_ptr<Server> server;
  std::unique_ptr<Endpoint> endpoint;
};

// Makes go wrong what the plan wants, each kind at its pace, until stop().
class Faults {
 public:
  struct Parts {
    Schedule& schedule;
    const Plan& plan;
    Random random;
    Trace& trace;
    Store& store;
    Network& network;
    std::vector<Site>& sites;
    std::vector<std::unique_ptr<Client>>& clients;
    Referee& referee;
  };
  explicit Faults(const Parts& parts);

  void start();
  // Nothing goes wrong any more, what is broken is mended, and every server runs.
  void stop();
  // Kills the process of a server, if there is one, and starts another a while later.
  void crash(ServerId server);

  const std::array<std::uint64_t, kFaults>& counts() const { return counts_; }

 private:
  void plan_next(Fault fault);
  void happen(Fault fault);
  void start_server(ServerId server);
  void pause_server();
  void pause_client();
  void kill_client();
  void cut();
  void jump();
  // Undone after a while, unless it is stopped before.
  void for_a_while(Fault fault, Nanos at_most);
  void set(Fault fault, bool on);

  Parts parts_;
  std::array<std::uint64_t, kFaults> counts_{};
  std::array<std::uint64_t, kFaults> spells_{};  // how often one of those that last was begun
  bool stopped_ = false;
};

}  // namespace holdfast::sim
