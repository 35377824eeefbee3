#include "cli/bench/experiment.h"

#include <algorithm>
#include <array>
#include <memory>
#include <thread>

#include "base/clock.h"
#include "cli/bench/server_facts.h"
#include "cli/bench/watcher.h"

namespace holdfast::cli::bench {
namespace {

// So that a million locks are there before the first one expires.
constexpr std::int64_t kHoldTtlMs = 3'600'000;
// Many locks are taken by a few loops on each connection, whatever was asked for: what is measured is memory.
constexpr unsigned kHoldPipeline = 16;
constexpr std::int64_t kEventPatience = 10'000'000'000;

Result<Course> run_kind(const WorkloadKind& kind, Run& run, const Bench& bench,
                        std::span<Pollable* const> others = {}) {
  return run_load(
      kind, run,
      [&](double seconds) {
        if (bench.on_progress) bench.on_progress(kind.name, seconds, run.totals.operations);
      },
      others);
}

Result<Figures> measure_plain(const WorkloadKind& kind, const Bench& bench) {
  Run run(bench.settings, bench.dialect);
  const auto course = run_kind(kind, run, bench);
  if (!course) return course.error();
  return figures_of(kind, run, *course);
}

std::optional<std::uint64_t> memory_of(const Bench& bench) {
  return bench.process ? resident_bytes(*bench.process) : std::nullopt;
}

// What was taken is let go afterwards, so that the server is left as it was found.
Result<Figures> measure_hold(const Bench& bench) {
  Settings settings = bench.settings;
  settings.ttl_ms = kHoldTtlMs;
  settings.pipeline = std::max(settings.pipeline, kHoldPipeline);
  Run taking(settings, bench.dialect);
  const auto before = memory_of(bench);
  const auto course = run_kind(kHold, taking, bench);
  if (!course) return course.error();
  Figures figures = figures_of(kHold, taking, *course);
  if (const auto after = memory_of(bench); before && after && figures.operations > 0) {
    figures.more["bytes_per_lock"] = (static_cast<double>(*after) - static_cast<double>(*before)) /
                                     static_cast<double>(figures.operations);
  }
  Run letting_go(settings, bench.dialect);
  letting_go.kept = std::move(taking.kept);
  const auto end = run_kind(kLetGo, letting_go, bench);
  if (!end) return end.error();
  for (const auto& [word, count] : letting_go.totals.errors) figures.errors[word] += count;
  return figures;
}

using Watchers = std::vector<std::unique_ptr<Watcher>>;

// Every watcher has seen as many as there were, or has had its time to.
void await_events(const Watchers& watchers, std::uint64_t expected) {
  const auto deadline = raw_clock().now() + std::chrono::nanoseconds(kEventPatience);
  const auto behind = [&](const auto& watcher) { return watcher->events() < expected && !watcher->ended(); };
  while (std::ranges::any_of(watchers, behind) && raw_clock().now() < deadline) {
    for (const auto& watcher : watchers) watcher->ready(false);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// Every pair is two events.
std::uint64_t events_of(const Run& run) {
  std::uint64_t answered = 0;
  for (const Timed verb : {Timed::acquire, Timed::release})
    answered += run.done[static_cast<std::size_t>(verb)];
  return answered;
}

Result<Watchers> open_watchers(const Bench& bench) {
  Watchers watchers;
  for (unsigned i = 0; i < bench.settings.watchers; ++i) {
    auto watcher = Watcher::open(*bench.http, bench.settings.prefix);
    if (!watcher) return std::move(watcher).error();
    watchers.push_back(std::move(*watcher));
  }
  return watchers;
}

// Adds what the watchers of `run` saw to its figures.
void count_events(const Watchers& watchers, const Run& run, Figures& figures) {
  const std::uint64_t expected = events_of(run);
  std::uint64_t seen = 0, missed = 0;
  for (const auto& watcher : watchers) {
    seen += watcher->events();
    missed += expected - std::min(expected, watcher->events());
    if (watcher->ended()) ++figures.errors["watch-ended"];
  }
  figures.more["watchers"] = static_cast<double>(watchers.size());
  figures.more["events_per_second"] = static_cast<double>(seen) / figures.seconds;
  if (missed > 0) figures.more[std::string(kMissedEvents)] = static_cast<double>(missed);
}

// The same pairs for half of the time with watchers, and before and after that for a quarter without: what
// changes steadily meanwhile is in both.
Result<Figures> measure_watch(const Bench& bench) {
  if (!bench.http) {
    return Error{std::make_error_code(std::errc::not_supported),
                 "watch: the server is not reached over HTTP"};
  }
  WorkloadKind kind = kUncontended;
  kind.name = "watch";
  Settings settings = bench.settings;
  settings.seconds = bench.settings.seconds / 4;
  Run alone(settings, bench.dialect);
  settings.seconds = bench.settings.seconds / 2;
  Run watched(settings, bench.dialect);

  const auto before = run_kind(kind, alone, bench);
  if (!before) return before.error();
  auto watchers = open_watchers(bench);
  if (!watchers) return std::move(watchers).error();
  std::vector<Pollable*> others;
  for (const auto& watcher : *watchers) others.push_back(watcher.get());
  const auto course = run_kind(kind, watched, bench, others);
  if (!course) return course.error();
  await_events(*watchers, events_of(watched));
  Figures figures = figures_of(kind, watched, *course);
  count_events(*watchers, watched, figures);
  watchers->clear();
  const auto after = run_kind(kind, alone, bench);
  if (!after) return after.error();
  const auto unwatched = figures_of(kind, alone, {.seconds = before->seconds + after->seconds});
  figures.more["ratio_to_unwatched"] = figures.per_second / unwatched.per_second;
  return figures;
}

struct Experiment {
  std::string_view name;
  Result<Figures> (*measure)(const Bench& bench);
};

template <const WorkloadKind& kKind>
Result<Figures> plain(const Bench& bench) {
  return measure_plain(kKind, bench);
}

constexpr std::array kExperiments{
    Experiment{"uncontended", plain<kUncontended>},
    Experiment{"handover", plain<kHandover>},
    Experiment{"renew", plain<kRenew>},
    Experiment{"mixed", plain<kMixed>},
    Experiment{"watch", measure_watch},
    Experiment{"hold", measure_hold},
};

}  // namespace

const std::vector<std::string>& workload_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Experiment& experiment : kExperiments) all.emplace_back(experiment.name);
    return all;
  }();
  return names;
}

Result<Figures> measure(std::string_view workload, const Bench& bench) {
  const auto found = std::ranges::find(kExperiments, workload, &Experiment::name);
  if (found == kExperiments.end()) {
    return Error{std::make_error_code(std::errc::invalid_argument),
                 "no workload '" + std::string(workload) + "'"};
  }
  return found->measure(bench);
}

}  // namespace holdfast::cli::bench
