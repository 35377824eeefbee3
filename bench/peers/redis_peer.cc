#include <cstdio>
#include <memory>
#include <string>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/bench/experiment.h"
#include "cli/bench/options.h"
#include "cli/bench/report.h"
#include "redis_dialect.h"

// redis_peer: the load of `holdfast bench` on a Redis server, which speaks another dialect. Prints the same
// JSON.

namespace holdfast::bench {
namespace {

using namespace cli::bench;

int fail(const Error& error) {
  std::fprintf(stderr, "redis_peer: %s\n", error.message().c_str());
  return 1;
}

int main_of(int argc, char** argv) {
  CLI::App app("The load of `holdfast bench` on a Redis server");
  Settings settings;
  std::string workload;
  app.add_option("--resp", settings.address)->required();
  app.add_option("--workload", workload)->required()->check(CLI::IsMember(workload_names()));
  app.add_option("--retry-ms", settings.retry_ms, "Pause before asking again, give or take a half")
      ->check(CLI::Range(1, 60'000));
  add_load_options(app, settings);
  CLI11_PARSE(app, argc, argv);
  raise_descriptor_limit();
  settings.prefix = fmt::format("bench-{}", ::getpid());
  const auto info = ask_info(settings.address);
  if (!info) return fail(info.error());
  auto dialect = RedisDialect::prepare(settings.address);
  if (!dialect) return fail(dialect.error());
  const Bench bench{.settings = settings, .dialect = *dialect, .process = process_of(*info)};
  const auto figures = measure(workload, bench);
  if (!figures) return fail(figures.error());
  std::puts(report_json(bench, *info, {}, {*figures}).c_str());
  return 0;
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) {
  return holdfast::bench::main_of(argc, argv);
}
