#include "cli/bench/load.h"

#include <algorithm>
#include <memory>
#include <queue>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "cli/bench/connection.h"

namespace holdfast::cli::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// How long everybody may take to prepare, and to end what was begun.
constexpr std::int64_t kPatience = 60 * kSecond;
constexpr std::int64_t kLongestSleep = kSecond / 20;

class Load final : private Crew {
 public:
  Load(const WorkloadKind& kind, Run& run, Poller poller)
      : kind_(kind), run_(run), poller_(std::move(poller)) {}

  Result<void> connect(std::span<Pollable* const> others) {
    for (Pollable* other : others) {
      if (auto added = poller_.add(*other); !added) return added;
    }
    Crew& crew = *this;
    for (unsigned i = 0; i < run_.settings.clients; ++i) {
      auto socket = connect_to(run_.settings.address);
      if (!socket) return std::move(socket).error();
      connections_.push_back(std::make_unique<Connection>(run_, crew, std::move(*socket)));
      if (auto added = poller_.add(*connections_.back()); !added) return added;
    }
    return {};
  }

  Result<Course> drive(const OnProgress& on_progress) {
    start();
    if (auto ready = prepare(); !ready) return std::move(ready).error();
    const std::int64_t began = run_.now_ns;
    run_.measuring = true;
    measure(began, on_progress);
    run_.measuring = false;
    const std::int64_t ended = run_.now_ns;
    clear_away();
    return course(static_cast<double>(ended - began) / kSecond);
  }

 private:
  struct Pause {
    std::int64_t until_ns;
    Connection* connection;
    Actor* actor;
    bool operator<(const Pause& other) const { return until_ns > other.until_ns; }
  };

  void paused(Connection& connection, Actor& actor) override {
    pauses_.push({actor.resumes_at_ns(), &connection, &actor});
  }
  void finished(Actor&) override { --living_; }

  void start() {
    const unsigned loops = kind_.pipelines ? run_.settings.pipeline : 1;
    std::vector<std::vector<Actor*>> of_connection(connections_.size());
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      for (unsigned loop = 0; loop < loops; ++loop) {
        actors_.push_back(std::make_unique<Actor>(run_, kind_.make(run_, actors_.size())));
        of_connection[i].push_back(actors_.back().get());
      }
    }
    living_ = actors_.size();
    run_.now_ns = raw_clock().now().count();
    for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->start(of_connection[i]);
  }

  Result<void> prepare() {
    const std::int64_t deadline = run_.now_ns + kPatience;
    while (!std::ranges::all_of(actors_, [](const auto& actor) { return actor->workload().prepared(); })) {
      step(deadline);
      if (!run_.totals.errors.empty())
        return cannot_prepare("the server answers " + run_.totals.errors.begin()->first);
      if (run_.now_ns >= deadline) return cannot_prepare("the server takes too long");
    }
    return {};
  }

  Error cannot_prepare(const std::string& why) const {
    return {std::make_error_code(std::errc::operation_canceled), fmt::format("{}: {}", kind_.name, why)};
  }

  void measure(std::int64_t began, const OnProgress& on_progress) {
    const std::int64_t end =
        kind_.by_count ? INT64_MAX : began + static_cast<std::int64_t>(run_.settings.seconds * kSecond);
    std::int64_t tell_at = began + kSecond;
    while (living_ > 0 && run_.now_ns < end) {
      step(end);
      if (run_.now_ns < tell_at) continue;
      on_progress(static_cast<double>(run_.now_ns - began) / kSecond);
      tell_at += kSecond;
    }
  }

  void clear_away() {
    run_.stopping = true;
    const std::int64_t deadline = run_.now_ns + kPatience;
    while (living_ > 0 && run_.now_ns < deadline) step(deadline);
    for (std::size_t i = 0; i < living_; ++i) run_.count_error("unanswered");
  }

  // Waits for something to happen, at most until then.
  void step(std::int64_t until_ns) {
    const std::int64_t next = pauses_.empty() ? until_ns : std::min(until_ns, pauses_.top().until_ns);
    poller_.wait(std::min(next - run_.now_ns, kLongestSleep));
    run_.now_ns = raw_clock().now().count();
    while (!pauses_.empty() && pauses_.top().until_ns <= run_.now_ns) {
      const Pause pause = pauses_.top();
      pauses_.pop();
      pause.connection->resume(*pause.actor);
    }
  }

  Course course(double seconds) const {
    const auto [fewest, most] = std::ranges::minmax_element(
        actors_, {}, [](const auto& actor) { return actor->workload().grants(); });
    return {seconds, (*fewest)->workload().grants(), (*most)->workload().grants()};
  }

  const WorkloadKind& kind_;
  Run& run_;
  Poller poller_;
  std::vector<std::unique_ptr<Actor>> actors_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::priority_queue<Pause> pauses_;
  std::size_t living_ = 0;
};

}  // namespace

Result<Course> run_load(const WorkloadKind& kind, Run& run, const OnProgress& on_progress,
                        std::span<Pollable* const> others) {
  auto poller = Poller::open();
  if (!poller) return std::move(poller).error();
  run.stopping = false;
  Load load(kind, run, std::move(*poller));
  if (auto connected = load.connect(others); !connected) return std::move(connected).error();
  return load.drive(on_progress);
}

}  // namespace holdfast::cli::bench
