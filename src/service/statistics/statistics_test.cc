#include "service/statistics/statistics.h"

#include <gtest/gtest.h>

#include "lock/batch.h"

namespace holdfast::service {
namespace {

using namespace std::chrono_literals;

TEST(SmallHistogram, IsEmptyAtFirst) {
  EXPECT_FALSE(SmallHistogram().quantile(0.5));
}

TEST(SmallHistogram, SmallValuesAreExact) {
  for (const auto value : {0ms, 1ms, 2ms, 3ms, 4ms, 7ms}) {
    SmallHistogram histogram;
    histogram.add(value);
    EXPECT_EQ(histogram.quantile(0.5), value);
    EXPECT_EQ(histogram.quantile(0.99), value);
  }
}

TEST(SmallHistogram, QuantilesAreOffByAnEighthAtMost) {
  for (std::int64_t ms = 8; ms < 1'000'000'000; ms = ms * 7 / 5) {
    SmallHistogram histogram;
    histogram.add(lock::Millis(ms));
    EXPECT_NEAR(static_cast<double>(histogram.quantile(0.5)->count()), static_cast<double>(ms), ms / 8.0);
  }
}

TEST(SmallHistogram, TheTailIsTold) {
  SmallHistogram histogram;
  for (int i = 0; i < 980; ++i) histogram.add(10ms);
  for (int i = 0; i < 20; ++i) histogram.add(5'000ms);
  EXPECT_LT(*histogram.quantile(0.5), 12ms);
  EXPECT_GT(*histogram.quantile(0.99), 4'300ms);
}

TEST(SmallHistogram, WhatIsNewWeighsMoreWhenItIsFull) {
  SmallHistogram histogram;
  for (int i = 0; i < 70'000; ++i) histogram.add(1ms);
  for (int i = 0; i < 70'000; ++i) histogram.add(100ms);
  EXPECT_GT(*histogram.quantile(0.5), 80ms);
  histogram.add(lock::Millis::max());
  histogram.add(-5ms);
}

TEST(KeyTable, KeepsTheMostUsedAndIsBounded) {
  KeyTable table(100);
  for (int round = 0; round < 200; ++round) {
    for (int hot = 0; hot < 10; ++hot) ++table.use("hot/" + std::to_string(hot))->grants;
    for (int once = 0; once < 20; ++once) table.use("once/" + std::to_string(round * 20 + once));
  }
  EXPECT_EQ(table.size(), 100u);
  for (int hot = 0; hot < 10; ++hot) {
    const KeyStatistics* found = table.find("hot/" + std::to_string(hot));
    ASSERT_NE(found, nullptr) << hot;
    EXPECT_EQ(found->grants, 200u) << "it never lost its place";
  }
  EXPECT_EQ(table.use("once/4001"), nullptr) << "it is full";
  for (int i = 0; i < 50; ++i) table.use("late");
  EXPECT_NE(table.find("late"), nullptr) << "but not for who comes often";
  EXPECT_EQ(table.size(), 100u);
}

TEST(PrefixTable, TheFirstLevelCounts) {
  PrefixTable table;
  EXPECT_EQ(table.of("deploy/prod").prefix, "deploy");
  EXPECT_EQ(&table.of("deploy"), &table.of("deploy/test/x"));
}

TEST(PrefixTable, IsBoundedAndSingleLevelsLeaveRoom) {
  PrefixTable table;
  for (int i = 0; i < 1'000; ++i) table.of("flat-" + std::to_string(i));
  EXPECT_EQ(table.of("flat-999").prefix, "other");
  for (int i = 0; i < 1'000; ++i) table.of("team-" + std::to_string(i) + "/x");
  EXPECT_EQ(table.of("team-0/y").prefix, "team-0");
  EXPECT_EQ(table.of("team-999/y").prefix, "other");
  EXPECT_EQ(table.all().size(), PrefixTable::kMostPrefixes + 1);
  EXPECT_EQ(table.all().front().prefix, "other");
}

// A few commands against a state whose time is moved by hand.
struct World {
  World() { at(0ms, lock::TakeOver{lock::Epoch{1}}); }

  lock::Batch batch_at(lock::Millis time) {
    return {state, lock::JournalTime(time), lock::WallTime(time), &statistics};
  }
  std::optional<lock::Reply> at(lock::Millis time, const lock::Command& command) {
    lock::Batch batch = batch_at(time);
    batch.execute(lock::Ticket{1}, command);
    batch.settle();
    if (batch.answers().empty()) return std::nullopt;
    return batch.answers().front().reply;
  }
  void let_end(lock::Millis time) {
    lock::Batch batch = batch_at(time);
    batch.expire();
    batch.settle();
  }
  lock::LeaseId acquire(lock::Millis time, std::string key, lock::Millis wait = 0ms) {
    lock::Acquire command;
    command.items.push_back({.key = std::move(key)});
    command.ttl = 30s;
    command.wait = wait;
    const auto reply = at(time, command);
    const auto* acquired = reply ? std::get_if<lock::Acquired>(&*reply) : nullptr;
    return acquired ? acquired->lease.id : lock::LeaseId{};
  }
  std::uint64_t ended(lock::Ended how) const {
    return statistics.counts().holds_ended[static_cast<std::size_t>(how)];
  }

  lock::State state;
  Statistics statistics;
};

TEST(Statistics, AKeyThatWasNeverUsedHasNone) {
  EXPECT_EQ(World().statistics.find("k"), nullptr);
}

TEST(Statistics, GrantRefusalWaitAndReleaseOfOneKey) {
  World world;
  const lock::LeaseId first = world.acquire(1'000ms, "jobs/nightly");
  world.acquire(1'500ms, "jobs/nightly");       // refused
  world.acquire(2'000ms, "jobs/nightly", 60s);  // waits
  world.acquire(2'000ms, "jobs/nightly", 1s);   // times out
  world.let_end(3'100ms);
  world.at(6'000ms, lock::Release{.lease = first, .keys = {"jobs/nightly"}});

  const KeyStatistics* found = world.statistics.find("jobs/nightly");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->grants, 2u);
  EXPECT_EQ(found->refusals, 1u);
  EXPECT_EQ(found->timeouts, 1u);
  EXPECT_EQ(found->waits.quantile(0.5), 0ms);
  EXPECT_NEAR(static_cast<double>(found->waits.quantile(0.99)->count()), 4'000, 500);
  EXPECT_NEAR(static_cast<double>(found->holds.quantile(0.5)->count()), 5'000, 625);
  EXPECT_EQ(world.statistics.counts().grants, 2u);
  EXPECT_EQ(world.statistics.counts().waited_grants, 1u);
  EXPECT_EQ(world.statistics.counts().waits_begun, 2u);
  EXPECT_EQ(world.ended(lock::Ended::release), 1u);
  const PrefixStatistics& prefix = world.statistics.prefixes().all().back();
  EXPECT_EQ(prefix.prefix, "jobs");
  EXPECT_DOUBLE_EQ(prefix.waits.sum(), 4.0);
  EXPECT_DOUBLE_EQ(prefix.holds.sum(), 5.0);
}

TEST(Statistics, AnExpiryEndsEveryHoldOfTheLease) {
  World world;
  lock::Acquire both;
  both.items.push_back({.key = "a"});
  both.items.push_back({.key = "b"});
  both.ttl = 10s;
  world.at(0ms, both);
  world.let_end(20'000ms);
  EXPECT_EQ(world.ended(lock::Ended::expiry), 2u);
  EXPECT_EQ(world.ended(lock::Ended::release), 0u);
}

TEST(Statistics, ABreakEndsWhatItNames) {
  World world;
  const lock::LeaseId lease = world.acquire(0ms, "k");
  world.at(1'000ms, lock::Break{.key = "k", .target = lease, .now = true});
  EXPECT_EQ(world.ended(lock::Ended::broken), 1u);
  EXPECT_TRUE(world.statistics.find("k")->holds.quantile(0.5));
}

TEST(Statistics, ARegisteredKeyKeepsItsOwn) {
  World world;
  world.acquire(0ms, "kept");
  world.at(0ms, lock::Register{.key = "kept"});
  world.at(0ms, lock::Register{.key = "unused"});
  for (int i = 0; i < 20'000; ++i) world.statistics.refused({.key = "once/" + std::to_string(i)});
  ASSERT_NE(world.statistics.find("kept"), nullptr);
  EXPECT_EQ(world.statistics.find("kept")->grants, 1u);
  ASSERT_NE(world.statistics.find("unused"), nullptr);
  EXPECT_EQ(world.statistics.find("once/19999"), nullptr);

  Statistics again;
  again.start(world.state);
  EXPECT_NE(again.find("kept"), nullptr);
  EXPECT_EQ(again.find("once/19999"), nullptr);
  world.at(0ms, lock::Unregister{.key = "unused"});
  EXPECT_EQ(world.statistics.find("unused"), nullptr);
}

TEST(Statistics, RenewalsAreCounted) {
  World world;
  const lock::LeaseId lease = world.acquire(0ms, "k");
  world.at(100ms, lock::Renew{.lease = lease, .ttl = {}});
  EXPECT_EQ(world.statistics.counts().renewals, 1u);
  EXPECT_EQ(world.statistics.counts().leases_opened, 1u);
}

}  // namespace
}  // namespace holdfast::service
