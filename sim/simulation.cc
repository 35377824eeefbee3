#include "simulation.h"

#include <memory>

#include <fmt/format.h>

#include "client.h"
#include "deterministic_random.h"
#include "endpoint.h"
#include "faults.h"
#include "network.h"
#include "oracles/progress.h"
#include "oracles/referee.h"
#include "server.h"

namespace holdfast::sim {
namespace {

using std::chrono::hours;

class Simulation {
 public:
  Simulation(const Plan& plan, std::FILE* tell)
      : plan_(plan),
        random_(plan.seed),
        source_(random_.fork()),
        trace_(schedule_, tell),
        referee_(schedule_, trace_, plan.exact_clocks),
        store_(schedule_, random_.fork(),
               [this](std::uint64_t sequence, ByteView entry) { referee_.durable(sequence, entry); }),
        network_(schedule_, random_.fork(), plan.clients + 1, plan.servers) {
    for (ServerId id = 0; id < plan.servers; ++id) add_server(id);
    for (ClientId id = 0; id < plan.clients; ++id) add_client(id);
    faults_ = std::make_unique<Faults>(Faults::Parts{schedule_, plan_, random_.fork(), trace_, store_,
                                                     network_, sites_, clients_, referee_});
  }

  Outcome run() {
    trace_.tell([&] { return describe(plan_); });
    for (Site& site : sites_) {
      if (const auto started = site.server->start(); !started) referee_.violation(started.error().message());
    }
    for (const auto& client : clients_) client->start();
    faults_->start();
    run_until(plan_.duration);
    faults_->stop();
    for (const auto& client : clients_) client->drain();
    Progress progress({schedule_, plan_, network_, endpoints(), referee_, random_.fork(), connections_});
    progress.finish([this] { return open_questions(); }, [this](Nanos end) { return run_until(end); });
    if (!referee_.violations().any()) check_end();
    return outcome();
  }

 private:
  Nanos draw_offset() { return random_.between(Nanos(hours(1)), Nanos(hours(20'000))); }
  std::int64_t draw_rate() {
    if (plan_.rate_ppm == 0) return 0;
    return random_.one_in(2) ? random_.between(-plan_.rate_ppm, plan_.rate_ppm)
                             : random_.pick({-plan_.rate_ppm, plan_.rate_ppm});
  }

  void add_server(ServerId id) {
    Server::Hooks hooks{
        .looked_at = [this](const lock::State& state) { referee_.looked_at(state); },
        .fatal = [this](const Error& error) { referee_.violation("a server gives up: " + error.message()); }};
    Site site;
    site.server = std::make_unique<Server>(
        Server::Parts{schedule_, store_, random_.fork(), draw_offset(), draw_rate()},
        ServerOptions{plan_.takeover_after, plan_.snapshot_every_entries}, std::move(hooks));
    site.endpoint = std::make_unique<Endpoint>(id, *site.server, network_);
    sites_.push_back(std::move(site));
  }

  void add_client(ClientId id) {
    clients_.push_back(std::make_unique<Client>(
        Client::Parts{id, schedule_, network_, endpoints(), referee_, plan_, random_.fork(), draw_offset(),
                      draw_rate(), connections_, figures_.operations}));
  }

  std::vector<Endpoint*> endpoints() const {
    std::vector<Endpoint*> all;
    for (const Site& site : sites_) all.push_back(site.endpoint.get());
    return all;
  }

  // False when there is a violation.
  bool run_until(Nanos end) {
    while (!referee_.violations().any() && schedule_.step(end)) {
    }
    return !referee_.violations().any();
  }

  std::size_t open_questions() const {
    std::size_t open = 0;
    for (const auto& client : clients_) open += client->open_questions();
    return open;
  }

  void check_end() {
    referee_.truth().check_state();
    for (const Site& site : sites_) referee_.looked_at(site.server->state());
  }

  Outcome outcome() {
    figures_.simulated = schedule_.now();
    figures_.answers = referee_.answers();
    figures_.events = referee_.truth().events();
    figures_.entries = referee_.truth().sequence();
    figures_.claims = referee_.claims_judged();
    figures_.epochs = referee_.truth().state().epoch().value;
    figures_.faults = faults_->counts();
    return {referee_.violations().all(), figures_, trace_.hash()};
  }

  const Plan plan_;
  Random random_;
  RandomSource source_;
  Schedule schedule_;
  Trace trace_;
  Figures figures_;
  std::uint64_t connections_ = 0;
  Referee referee_;
  Store store_;
  Network network_;
  std::vector<Site> sites_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::unique_ptr<Faults> faults_;
};

}  // namespace

Figures& Figures::operator+=(const Figures& other) {
  simulated += other.simulated;
  operations += other.operations;
  answers += other.answers;
  events += other.events;
  entries += other.entries;
  claims += other.claims;
  epochs += other.epochs;
  for (std::size_t fault = 0; fault < kFaults; ++fault) faults[fault] += other.faults[fault];
  return *this;
}

Outcome simulate(const Plan& plan, std::FILE* tell) {
  return Simulation(plan, tell).run();
}

}  // namespace holdfast::sim
