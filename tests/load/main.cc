#include <cstdio>
#include <memory>
#include <sys/resource.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "client.h"
#include "report.h"
#include "workloads.h"

// holdfast_load: many clients in closed loops on one thread, against a server that runs already. It prints
// one line of figures. Exit: 0, 2 when a retry was told something else than the reply it had lost, 1 for what
// could not begin.

namespace holdfast::load {
namespace {

struct Arguments {
  Settings settings;
  bool json = false;
};

void describe_options(CLI::App& app, Arguments& arguments) {
  Settings& s = arguments.settings;
  app.add_option("workload", s.workload)->required()->check(CLI::IsMember(workload_names()));
  app.add_option("--host", s.host, "address of the server");
  app.add_option("--port", s.port);
  app.add_option("--connections", s.connections)->check(CLI::PositiveNumber);
  app.add_option("--seconds", s.seconds, "then every client ends what it began; 0: until --count");
  app.add_option("--count", s.count, "operations in all (locks, for hold); 0: until --seconds");
  app.add_option("--keys", s.keys, "size of the key space (pairs: of each client)")
      ->check(CLI::PositiveNumber);
  app.add_option("--key-bytes", s.key_bytes);
  app.add_option("--prefix", s.prefix, "of every key and request_id");
  app.add_option("--ttl-ms", s.ttl_ms);
  app.add_option("--wait-ms", s.wait_ms, "of handover");
  app.add_option("--hold-us", s.hold_us,
                 "how long handover keeps the lock; contend rests at most so long between two requests");
  app.add_option("--keys-per-call", s.keys_per_call, "of hold")->check(CLI::Range(1u, 256u));
  app.add_option("--locks-per-lease", s.locks_per_lease, "of hold; 0: every acquire opens a lease");
  app.add_option("--keep-percent", s.keep_percent,
                 "of mix: own locks that are not released; of contend: locks that expire");
  app.add_option("--shared-percent", s.shared_percent,
                 "of mix: shared acquires of contended keys; of contend: of all");
  app.add_option("--lose-percent", s.lose_percent, "replies thrown away, then asked for again");
  app.add_option("--cut-percent", s.cut_percent, "connections cut soon after sending");
  app.add_option("--first-client", s.first_client, "number of the first client; each has keys of its own");
  app.add_option("--timeout-ms", s.timeout_ms,
                 "for a connection, and for an answer beyond what it waits for; 0: none");
  app.add_option("--seed", s.seed);
  app.add_option("--on-loss", s.on_loss, "what to do when the server goes away")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, OnLoss>{{"retry", OnLoss::retry}, {"stop", OnLoss::stop}}));
  app.add_option("--drain-seconds", s.drain_seconds, "at most so long after --seconds");
  app.add_option("--history", s.history_file, "record every attempt in this file");
  app.add_flag("--json", arguments.json, "print the figures as JSON");
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::vector<std::unique_ptr<Client>> make_clients(Run& run) {
  std::vector<std::unique_ptr<Client>> clients;
  for (unsigned i = 0; i < run.settings.connections; ++i) {
    const unsigned number = run.settings.first_client + i;
    clients.push_back(std::make_unique<Client>(run, number, make_workload(run.settings.workload, run)));
  }
  const bool watched = run.settings.workload == "handover" && run.history;
  if (watched) {
    clients.push_back(std::make_unique<Client>(run, run.settings.connections, make_workload("observe", run)));
  }
  return clients;
}

std::chrono::nanoseconds seconds(double value) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(value * 1e9));
}

int drive(Run& run, bool json) {
  const auto clients = make_clients(run);
  boost::asio::steady_timer end(run.io);
  boost::asio::signal_set signals(run.io, SIGTERM, SIGINT);
  const auto give_up_later = [&] {
    run.stopping = true;
    end.expires_after(seconds(run.settings.drain_seconds));
    end.async_wait([&](boost::system::error_code error) {
      if (error) return;
      for (const auto& client : clients) client->abandon();
    });
  };
  if (run.settings.seconds > 0) {
    end.expires_after(seconds(run.settings.seconds));
    end.async_wait([&](boost::system::error_code error) {
      if (!error) give_up_later();
    });
  }
  signals.async_wait([&](boost::system::error_code error, int) {
    if (!error) give_up_later();
  });
  const std::int64_t began = run.now_ns();
  for (const auto& client : clients) client->start();
  run.io.run();
  const double took = static_cast<double>(run.now_ns() - began) / 1e9;
  if (run.history) run.history->flush();
  std::puts((json ? figures_json(run, took) : figures_line(run, took)).c_str());
  return run.totals.broken_retries == 0 ? 0 : 2;
}

int main_of(int argc, char** argv) {
  CLI::App app("Load for a Holdfast server, and a history of what it answered");
  Arguments arguments;
  describe_options(app, arguments);
  CLI11_PARSE(app, argc, argv);
  raise_descriptor_limit();
  Run run(arguments.settings);
  boost::system::error_code error;
  run.server = {boost::asio::ip::make_address(run.settings.host, error), run.settings.port};
  if (error) {
    std::fprintf(stderr, "load: --host: %s\n", error.message().c_str());
    return 1;
  }
  if (!run.settings.history_file.empty()) {
    auto history = History::create(run.settings.history_file);
    if (!history) {
      std::fprintf(stderr, "load: %s\n", history.error().message().c_str());
      return 1;
    }
    run.history.emplace(std::move(*history));
  }
  return drive(run, arguments.json);
}

}  // namespace
}  // namespace holdfast::load

int main(int argc, char** argv) {
  return holdfast::load::main_of(argc, argv);
}
