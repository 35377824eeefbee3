#include "cli/bench/options.h"

#include <sys/resource.h>

#include <CLI/CLI.hpp>

#include "cli/bench/run.h"

namespace holdfast::cli::bench {

void add_load_options(CLI::App& command, Settings& settings) {
  const auto add = [&command](const char* name, auto& value, const char* text, auto least, auto most) {
    using Number = std::remove_reference_t<decltype(value)>;
    command.add_option(name, value, text)
        ->check(CLI::Range(static_cast<Number>(least), static_cast<Number>(most)))
        ->type_name("N");
  };
  add("--clients", settings.clients, "Connections (64)", 1, 10'000);
  add("--pipeline", settings.pipeline, "Commands in flight on each, where none waits (1)", 1, 1'000);
  add("--seconds", settings.seconds, "How long each workload is measured (5)", 0.1, 86'400);
  add("--keys", settings.keys, "Of pairs, shared out among the clients (100000)", 1, 1'000'000'000);
  add("--leases", settings.leases, "Of each client in `renew` (16)", 1, 10'000);
  add("--watchers", settings.watchers, "In `watch` (16)", 1, 10'000);
  add("--locks", settings.locks, "In `hold` (1000000)", 1, 10'000'000);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace holdfast::cli::bench
