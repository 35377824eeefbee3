#include "network.h"

#include <algorithm>
#include <utility>

namespace holdfast::sim {

Network::Network(Schedule& schedule, Random random, std::size_t clients, std::size_t servers)
    : schedule_(schedule), random_(random), servers_(servers), cuts_(clients * servers * 2) {}

std::size_t Network::index(ClientId client, ServerId server, Way way) const {
  return (client * servers_ + server) * 2 + (way == Way::to_client ? 1 : 0);
}

void Network::cut(ClientId client, ServerId server, Way way, Nanos until) {
  Nanos& cut = cuts_[index(client, server, way)];
  cut = std::max(cut, until);
}

void Network::heal() {
  std::ranges::fill(cuts_, Nanos(0));
  loss_ppm_ = 0;
}

bool Network::is_cut(ClientId client, ServerId server, Way way) const {
  return schedule_.now() < cuts_[index(client, server, way)];
}

std::optional<Nanos> Network::send(ClientId client, ServerId server, Way way, Action arrive,
                                   Nanos not_before) {
  if (is_cut(client, server, way) || random_.chance(loss_ppm_)) {
    ++lost_;
    return std::nullopt;
  }
  const Nanos arrival =
      std::max(not_before, schedule_.now() + random_.spread(std::chrono::microseconds(50), slowest_));
  schedule_.at(arrival, std::move(arrive));
  return arrival;
}

}  // namespace holdfast::sim
