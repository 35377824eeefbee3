#include "plan.h"

#include <fmt/format.h>

#include "random.h"

namespace holdfast::sim {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array<std::string_view, kFaults> kFaultNames = {
    "crash",        "pause", "client pause", "client death", "cut",  "loss",
    "slow network", "clock", "slow disk",    "unknown",      "full",
};
constexpr std::array<std::string_view, kVerbs> kVerbNames = {
    "lock",         "lock_several",
    "open_session", "lock_in_session",
    "convert",      "release_part",
    "renew",        "alias",
    "extend",       "each",
    "poll",         "cancel",
    "hang_up",      "register",
    "unregister",   "break_hold",
    "break_wait",   "request_release",
    "read",         "reuse_id",
    "repeat",
};
constexpr std::array<std::uint32_t, kVerbs> kUsualWeight = {
    30, 12, 6, 16, 8, 6, 4, 6, 4, 4, 6, 4, 4, 3, 2, 3, 2, 3, 10, 2, 4,
};
// Of any two clocks the rates agree within r, a thousandth (design.md section 3), when each is wrong by half
// of that.
constexpr std::int64_t kHalfOfR = 500;  // in millionths

Nanos pace_of_fault(Random& random) {
  return random.one_in(2) ? Nanos(0) : random.spread(seconds(3), seconds(60));
}

}  // namespace

std::string_view name_of(Fault fault) {
  return kFaultNames[static_cast<std::size_t>(fault)];
}

std::string_view name_of(Verb verb) {
  return kVerbNames[static_cast<std::size_t>(verb)];
}

Plan draw_plan(std::uint64_t seed) {
  Random random(seed * 0x9e3779b97f4a7c15ull + 1);
  Plan plan;
  plan.seed = seed;
  plan.servers = static_cast<std::uint32_t>(random.between(1, 3));
  if (plan.servers > 1 || random.one_in(4)) {
    plan.takeover_after = duration_cast<milliseconds>(random.spread(milliseconds(300), seconds(8)));
  }
  plan.clients = static_cast<std::uint32_t>(random.between(3, 8));
  plan.keys = static_cast<std::uint32_t>(random.between(2, 6));
  plan.duration = random.spread(seconds(30), seconds(600));
  plan.think = random.spread(milliseconds(100), seconds(5));
  plan.exact_clocks = !random.one_in(8);
  plan.rate_ppm = plan.exact_clocks ? (random.one_in(4) ? 0 : kHalfOfR) : 300'000;
  plan.longest_hold = random.spread(milliseconds(200), seconds(40));
  plan.longest_ttl = random.spread(milliseconds(500), seconds(60));
  plan.network = random.spread(milliseconds(1), milliseconds(800));
  plan.journal = random.spread(milliseconds(1), milliseconds(100));
  plan.snapshot_every_entries = static_cast<std::uint64_t>(random.between(5, 300));
  const bool calm = random.one_in(16);
  for (Nanos& every : plan.every) every = calm ? Nanos(0) : pace_of_fault(random);
  for (std::size_t verb = 0; verb < kVerbs; ++verb) {
    plan.weight[verb] = random.one_in(4) ? 0 : kUsualWeight[verb];
  }
  plan.weight[static_cast<std::size_t>(Verb::lock)] = kUsualWeight[0];
  return plan;
}

std::string describe(const Plan& plan) {
  std::string text = fmt::format("{} servers, {} clients, {} keys, {} s, think {} ms", plan.servers,
                                 plan.clients, plan.keys, duration_cast<seconds>(plan.duration).count(),
                                 duration_cast<milliseconds>(plan.think).count());
  if (plan.takeover_after.count() != 0)
    text += fmt::format(", takeover after {} ms", plan.takeover_after.count());
  text += fmt::format(", clocks within {} ppm", plan.rate_ppm);
  for (std::size_t fault = 0; fault < kFaults; ++fault) {
    if (plan.every[fault] == Nanos(0)) continue;
    text +=
        fmt::format(", {} every {} s", kFaultNames[fault], duration_cast<seconds>(plan.every[fault]).count());
  }
  text += "; verbs";
  for (std::size_t verb = 0; verb < kVerbs; ++verb) {
    if (plan.weight[verb] != 0) text += fmt::format(" {}", kVerbNames[verb]);
  }
  return text;
}

}  // namespace holdfast::sim
