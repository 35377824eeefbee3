#include "cli/bench/latency.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace holdfast::cli::bench {
namespace {

TEST(Latency, NothingIsZero) {
  const Latency latency;
  EXPECT_EQ(latency.count(), 0u);
  EXPECT_EQ(latency.quantile_us(0.5), 0);
  EXPECT_EQ(latency.max_us(), 0);
}

TEST(Latency, SmallValuesAreExact) {
  Latency latency;
  for (int ns = 1; ns <= 100; ++ns) latency.add(ns);
  EXPECT_DOUBLE_EQ(latency.quantile_us(0.5), 0.050);
  EXPECT_DOUBLE_EQ(latency.quantile_us(0.99), 0.099);
  EXPECT_DOUBLE_EQ(latency.quantile_us(1), 0.100);
}

// Over many orders of magnitude: never below the true quantile, and above it by 1/64 at most.
TEST(Latency, QuantilesAreNearTheTruth) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> times(12, 3);
  Latency latency;
  std::vector<std::int64_t> all;
  for (int i = 0; i < 100'000; ++i) {
    all.push_back(static_cast<std::int64_t>(times(random)));
    latency.add(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const double fraction : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double truth = static_cast<double>(all[static_cast<std::size_t>(fraction * 100'000) - 1]) / 1000;
    EXPECT_GE(latency.quantile_us(fraction), truth) << fraction;
    EXPECT_LE(latency.quantile_us(fraction), truth * (1 + 1.0 / 64) + 0.001) << fraction;
  }
  EXPECT_DOUBLE_EQ(latency.max_us(), static_cast<double>(all.back()) / 1000);
  EXPECT_DOUBLE_EQ(latency.quantile_us(1), latency.max_us());
}

TEST(Latency, WhatIsOutOfRangeCountsAsTheNearest) {
  Latency latency;
  latency.add(-5);
  latency.add(INT64_MAX);
  EXPECT_EQ(latency.count(), 2u);
  EXPECT_EQ(latency.quantile_us(0.5), 0);
  EXPECT_GT(latency.max_us(), 4e9);
}

}  // namespace
}  // namespace holdfast::cli::bench
