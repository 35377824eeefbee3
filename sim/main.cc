#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "campaign.h"
#include "shrink.h"
#include "simulation.h"

// holdfast_sim: many seeds, or one of them closely. sim/README.md says what it does.

namespace holdfast::sim {
namespace {

struct Arguments {
  std::string seeds;
  std::uint64_t from = 1;
  double minutes = 0;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool twice = false;
  bool until_found = false;
  std::optional<std::uint64_t> seed;
  bool trace = false;
  bool shrink = false;
};

void tell(const Outcome& outcome) {
  for (const std::string& violation : outcome.violations) fmt::print("violation: {}\n", violation);
  fmt::print("trace {:016x}, {} violations\n", outcome.trace, outcome.violations.size());
}

int run_one(const Arguments& arguments) {
  Plan plan = draw_plan(*arguments.seed);
  if (arguments.shrink) {
    plan = shrink(plan);
    fmt::print("smallest plan that fails: {}\n", describe(plan));
  }
  const Outcome outcome = simulate(plan, arguments.trace ? stdout : nullptr);
  tell(outcome);
  return outcome.violations.empty() ? 0 : 1;
}

int run_many(const Arguments& arguments, const std::string& program) {
  CampaignOptions options{.first = arguments.from,
                          .jobs = arguments.jobs,
                          .twice = arguments.twice,
                          .until_found = arguments.until_found};
  if (!arguments.seeds.empty()) {
    const std::size_t dots = arguments.seeds.find("..");
    options.first = std::stoull(arguments.seeds);
    options.last = dots == std::string::npos ? options.first : std::stoull(arguments.seeds.substr(dots + 2));
  }
  if (arguments.minutes > 0)
    options.at_most = std::chrono::seconds(static_cast<long>(arguments.minutes * 60));
  const CampaignResult result = run_campaign(options, program);
  fmt::print("{}\n", summary(result));
  return result.failed == 0 && result.seeds > 0 ? 0 : 1;
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Simulates servers, clients and a faulty journal in virtual time, and judges what they do.");
  const CLI::Validator range(
      [](std::string& text) {
        return text.find_first_not_of("0123456789.") == std::string::npos ? std::string() : "is not A..B";
      },
      "A..B");
  app.add_option("--seeds", arguments.seeds, "these seeds")->check(range);
  app.add_option("--from", arguments.from, "the first seed of --minutes");
  app.add_option("--minutes", arguments.minutes, "as many seeds as can be run in that time")
      ->check(CLI::PositiveNumber);
  app.add_option("--jobs", arguments.jobs, "processes")->check(CLI::Range(1u, 256u));
  app.add_flag("--twice", arguments.twice, "run each seed twice and compare what happened");
  app.add_flag("--until-found", arguments.until_found, "end with the first violation");
  app.add_option("--seed", arguments.seed, "one seed, in this process");
  app.add_flag("--trace", arguments.trace, "with --seed: print what happens");
  app.add_flag("--shrink", arguments.shrink, "with --seed: look for a smaller plan that fails too");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::off);
  if (arguments.seed) return run_one(arguments);
  if (arguments.seeds.empty() && arguments.minutes <= 0) {
    fmt::print(stderr, "sim: say --seeds A..B, --minutes M or --seed N; --help has more\n");
    return 64;
  }
  return run_many(arguments, argv[0]);
}

}  // namespace
}  // namespace holdfast::sim

int main(int argc, char** argv) {
  return holdfast::sim::run(argc, argv);
}
