// The entry clock and the stall guard by themselves.

#include <gtest/gtest.h>

#include "keeper/entry_clock.h"
#include "keeper/keeper_fixture.h"
#include "keeper/stall_guard.h"

namespace holdfast::keeper::testing {
namespace {

constexpr lock::JournalTime kStart{lock::Millis(5'000)};

TEST(EntryClock, ContinuesFromTheLastEntry) {
  FakeClock raw;
  EntryClock clock(raw);
  raw.move(1h);
  clock.start(kStart);
  EXPECT_EQ(clock.sample().time, kStart);
  raw.move(1'999us);
  EXPECT_EQ(clock.sample().time, kStart + 1ms);
}

TEST(EntryClock, CarriesFractionsFromEntryToEntry) {
  FakeClock raw;
  EntryClock clock(raw);
  clock.start(kStart);
  for (int i = 0; i < 1'000; ++i) {
    raw.move(700us);
    clock.closed(clock.sample());
  }
  EXPECT_EQ(clock.sample().time, kStart + 700ms);
}

TEST(EntryClock, DropsWhatExceedsTheCapForGood) {
  FakeClock raw;
  EntryClock clock(raw);
  clock.start(kStart);
  raw.move(1h);
  EXPECT_EQ(clock.sample().time, kStart + kMaxAdvance);
  clock.closed(clock.sample());
  EXPECT_EQ(clock.sample().time, kStart + kMaxAdvance);
  raw.move(10ms);
  EXPECT_EQ(clock.sample().time, kStart + kMaxAdvance + 10ms);
}

TEST(EntryClock, KnowsWhenATimeIsReached) {
  FakeClock raw;
  EntryClock clock(raw);
  clock.start(kStart);
  raw.move(300us);
  const auto wait = clock.until(kStart + 10ms);
  raw.move(wait - 1ns);
  EXPECT_EQ(clock.sample().time, kStart + 9ms);
  raw.move(1ns);
  EXPECT_EQ(clock.sample().time, kStart + 10ms);
  EXPECT_EQ(clock.until(kStart), 0ns);
  EXPECT_GT(clock.until(lock::kNever), 1h);
}

class StallGuardTest : public ::testing::Test {
 protected:
  // A loop that keeps to its plan for so many rounds.
  void go_round(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      guard.plan(now + StallGuard::kRound);
      now += StallGuard::kRound;
      guard.ran(now);
    }
  }

  std::chrono::nanoseconds now = 100s;
  StallGuard guard;
};

TEST_F(StallGuardTest, IsCalmAfterItsRoundsAndStaysSo) {
  guard.start(now);
  EXPECT_FALSE(guard.calm());
  go_round(StallGuard::kRounds - 1);
  EXPECT_FALSE(guard.calm());
  go_round(1);
  EXPECT_TRUE(guard.calm());
  go_round(100);
  EXPECT_TRUE(guard.calm());
}

TEST_F(StallGuardTest, NoticesALoopThatRanMuchLaterThanPlanned) {
  guard.plan(now + 1s);
  guard.ran(now + 1s + StallGuard::kLate);
  EXPECT_TRUE(guard.calm());
  guard.plan(now + 2s);
  guard.ran(now + 2s + StallGuard::kLate + 1ns);
  EXPECT_FALSE(guard.calm());
}

TEST_F(StallGuardTest, SleepingWithoutAPlanIsNoStall) {
  guard.plan(std::nullopt);
  guard.ran(now + 1h);
  EXPECT_TRUE(guard.calm());
}

TEST_F(StallGuardTest, AHandlerThatBlocksIsAStall) {
  guard.plan(now + 250ms);
  guard.ran(now + 250ms);
  guard.resumed(now + 251ms);
  EXPECT_TRUE(guard.calm());
  guard.resumed(now + 252ms + StallGuard::kLate);
  EXPECT_FALSE(guard.calm());
}

// Handlers that follow each other at once are one round: the sockets were not looked at in between.
TEST_F(StallGuardTest, RoundsAreCountedNotHandlers) {
  guard.start(now);
  for (int i = 0; i < 1'000; ++i) guard.ran(now + 9ms);
  EXPECT_FALSE(guard.calm());
}

TEST_F(StallGuardTest, AStallDuringTheGraceBeginsItAnew) {
  guard.start(now);
  go_round(StallGuard::kRounds - 1);
  guard.plan(now + StallGuard::kRound);
  now += 1h;
  guard.ran(now);
  go_round(StallGuard::kRounds - 1);
  EXPECT_FALSE(guard.calm());
  go_round(1);
  EXPECT_TRUE(guard.calm());
}

}  // namespace
}  // namespace holdfast::keeper::testing
