#include "faults.h"

#include <fmt/format.h>

namespace holdfast::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanos kKeepalive = seconds(5);  // in which both ends of a connection notice that it is dead

template <class Enum>
std::size_t index_of(Enum value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

Faults::Faults(const Parts& parts) : parts_(parts) {
  set(Fault::slow_network, false);
  set(Fault::slow_journal, false);
}

void Faults::start() {
  for (std::size_t fault = 0; fault < kFaults; ++fault) plan_next(static_cast<Fault>(fault));
}

void Faults::plan_next(Fault fault) {
  const Nanos pace = parts_.plan.pace(fault);
  if (pace == Nanos(0)) return;
  parts_.schedule.after(parts_.random.between(Nanos(1), 2 * pace), [this, fault] {
    if (stopped_) return;
    ++counts_[index_of(fault)];
    parts_.trace.count(index_of(fault));
    parts_.trace.tell([&] { return fmt::format("fault: {}", name_of(fault)); });
    happen(fault);
    plan_next(fault);
  });
}

void Faults::happen(Fault fault) {
  switch (fault) {
    case Fault::crash:
      return crash(static_cast<ServerId>(parts_.random.below(parts_.sites.size())));
    case Fault::pause:
      return pause_server();
    case Fault::client_pause:
      return pause_client();
    case Fault::client_death:
      return kill_client();
    case Fault::cut:
      return cut();
    case Fault::wall_jump:
      return jump();
    case Fault::loss:
    case Fault::slow_network:
    case Fault::unknown:
      return for_a_while(fault, seconds(30));
    case Fault::slow_journal:
    case Fault::full_journal:
      return for_a_while(fault, seconds(10));
  }
}

void Faults::crash(ServerId id) {
  Site& site = parts_.sites[id];
  if (!site.server->runs()) return;
  site.server->crash();
  site.endpoint->reset_all();
  parts_.schedule.after(parts_.random.spread(milliseconds(50), seconds(10)),
                        [this, id] { start_server(id); });
}

void Faults::start_server(ServerId id) {
  Server& server = *parts_.sites[id].server;
  if (server.runs()) return;
  if (const auto started = server.start(); !started) {
    parts_.referee.violation("a server does not start: " + started.error().message());
  }
}

void Faults::pause_server() {
  Site& site = parts_.sites[parts_.random.below(parts_.sites.size())];
  site.server->pause(parts_.random.spread(milliseconds(20), seconds(70)));
}

void Faults::pause_client() {
  Client& client = *parts_.clients[parts_.random.below(parts_.clients.size())];
  client.pause(parts_.random.spread(milliseconds(50), seconds(40)));
}

void Faults::kill_client() {
  Client& client = *parts_.clients[parts_.random.below(parts_.clients.size())];
  if (!client.runs()) return;
  client.die();
  parts_.schedule.after(parts_.random.spread(milliseconds(100), seconds(20)), [this, &client] {
    if (!stopped_) client.start();
  });
}

void Faults::cut() {
  const auto client = static_cast<ClientId>(parts_.random.below(parts_.clients.size()));
  const auto server = static_cast<ServerId>(parts_.random.below(parts_.sites.size()));
  const Nanos until = parts_.schedule.now() + parts_.random.spread(milliseconds(100), seconds(40));
  const std::uint64_t ways = parts_.random.between(1, 3);
  if ((ways & 1) != 0) parts_.network.cut(client, server, Network::Way::to_server, until);
  if ((ways & 2) != 0) parts_.network.cut(client, server, Network::Way::to_client, until);
  const Nanos noticed = parts_.schedule.now() + parts_.random.between(kKeepalive, 2 * kKeepalive);
  if (noticed >= until) return;
  parts_.schedule.at(noticed,
                     [this, client, server] { parts_.sites[server].endpoint->close_all_of(client); });
}

void Faults::jump() {
  const auto years = hours(24 * 365 * parts_.random.between(-20, 20));
  const std::size_t machine = parts_.random.below(parts_.sites.size() + parts_.clients.size());
  if (machine < parts_.sites.size()) return parts_.sites[machine].server->wall().jump(years);
  parts_.clients[machine - parts_.sites.size()]->wall().jump(years);
}

void Faults::for_a_while(Fault fault, Nanos at_most) {
  const std::uint64_t spell = ++spells_[index_of(fault)];
  set(fault, true);
  parts_.schedule.after(parts_.random.spread(milliseconds(50), at_most), [this, fault, spell] {
    if (spell == spells_[index_of(fault)]) set(fault, false);
  });
}

void Faults::set(Fault fault, bool on) {
  Random& random = parts_.random;
  Weather& weather = parts_.store.weather();
  switch (fault) {
    case Fault::loss:
      return parts_.network.set_loss(on ? static_cast<std::uint32_t>(random.between(10'000, 400'000)) : 0);
    case Fault::slow_network:
      return parts_.network.set_slowest(on ? random.spread(milliseconds(500), seconds(6))
                                           : parts_.plan.network);
    case Fault::slow_journal:
      weather.slowest = on ? random.spread(milliseconds(200), seconds(4)) : parts_.plan.journal;
      return;
    case Fault::unknown:
      weather.unknown_ppm = on ? static_cast<std::uint32_t>(random.between(20'000, 800'000)) : 0;
      return;
    case Fault::full_journal:
      weather.full = on;
      return;
    default:
      return;
  }
}

void Faults::stop() {
  stopped_ = true;
  parts_.network.heal();
  for (const Fault fault :
       {Fault::loss, Fault::slow_network, Fault::slow_journal, Fault::unknown, Fault::full_journal}) {
    ++spells_[index_of(fault)];
    set(fault, false);
  }
  for (ServerId id = 0; id < parts_.sites.size(); ++id) {
    parts_.sites[id].server->resume();
    start_server(id);
  }
  for (const auto& client : parts_.clients) {
    if (!client->runs()) client->start();
    client->resume();
  }
}

}  // namespace holdfast::sim
