#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "exchange.h"
#include "random.h"
#include "schedule.h"

namespace holdfast::sim {

// Between clients and servers: each message takes its own time, so they overtake each other, and some are
// lost.
class Network {
 public:
  enum class Way { to_server, to_client };

  Network(Schedule& schedule, Random random, std::size_t clients, std::size_t servers);

  void set_slowest(Nanos slowest) { slowest_ = slowest; }
  void set_loss(std::uint32_t ppm) { loss_ppm_ = ppm; }
  // Nothing goes this way until then.
  void cut(ClientId client, ServerId server, Way way, Nanos until);
  void heal();

  bool is_cut(ClientId client, ServerId server, Way way) const;
  // When it arrives, which is not before then; none when it is lost.
  std::optional<Nanos> send(ClientId client, ServerId server, Way way, Action arrive, Nanos not_before = {});
  std::uint64_t lost() const { return lost_; }

 private:
  std::size_t index(ClientId client, ServerId server, Way way) const;

  Schedule& schedule_;
  Random random_;
  std::size_t servers_;
  Nanos slowest_ = std::chrono::milliseconds(5);
  std::uint32_t loss_ppm_ = 0;
  std::uint64_t lost_ = 0;
  std::vector<Nanos> cuts_;  // by client, server and way
};

}  // namespace holdfast::sim
