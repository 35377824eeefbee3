#include "simulation.h"

#include <gtest/gtest.h>

#include "shrink.h"

namespace holdfast::sim {
namespace {

Plan short_plan(std::uint64_t seed) {
  Plan plan = draw_plan(seed);
  plan.duration = std::min<Nanos>(plan.duration, std::chrono::seconds(40));
  return plan;
}

TEST(Simulation, EachSeedMeansOneRun) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Plan plan = short_plan(seed);
    EXPECT_EQ(simulate(plan, nullptr).trace, simulate(plan, nullptr).trace) << "seed " << seed;
  }
}

TEST(Simulation, AnotherSeedIsAnotherRun) {
  EXPECT_NE(simulate(short_plan(1), nullptr).trace, simulate(short_plan(2), nullptr).trace);
}

TEST(Simulation, ClientsGetWhatTheyAskFor) {
  Figures all;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Outcome outcome = simulate(short_plan(seed), nullptr);
    EXPECT_TRUE(outcome.violations.empty()) << "seed " << seed << ": " << outcome.violations.front();
    all += outcome.figures;
  }
  EXPECT_GT(all.claims, all.operations / 20);
  for (std::size_t fault = 0; fault < kFaults; ++fault) {
    EXPECT_GT(all.faults[fault], 0u) << name_of(static_cast<Fault>(fault));
  }
}

TEST(Simulation, APlanThatDoesNotFailIsLeftAsItIs) {
  const Plan plan = short_plan(3);
  EXPECT_EQ(shrink(plan).duration, plan.duration);
}

}  // namespace
}  // namespace holdfast::sim
