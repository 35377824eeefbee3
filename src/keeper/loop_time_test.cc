// Deadlines, ticks and stalls, in virtual time.

#include <gtest/gtest.h>

#include "keeper/keeper_fixture.h"

namespace holdfast::keeper::testing {
namespace {

// The longest that an expiry may lag behind on an undisturbed loop: the r of 0.1 % and rounding.
constexpr auto kSlack = 10ms;

TEST(LoopTime, AnIdleKeeperSetsNoAlarmAndWritesNothing) {
  World world;
  const int before = world.journal.appends();
  EXPECT_FALSE(world.alarm.is_set());
  world.advance(1h);
  EXPECT_EQ(world.journal.appends(), before);
}

TEST(LoopTime, ALeaseEndsNeitherEarlyNorLate) {
  World world;
  Client client;
  world.ask(acquire("a", 0ms, 1s), client);
  world.advance(1s);
  EXPECT_EQ(world.holders("a"), 1u);
  world.advance(kSlack);
  EXPECT_EQ(world.holders("a"), 0u);
}

TEST(LoopTime, ARenewedLeaseLivesOn) {
  World world;
  Client client;
  world.ask(acquire("a", 0ms, 1s), client);
  for (int i = 0; i < 10; ++i) {
    world.advance(900ms);
    Client renewal;
    world.ask(lock::Renew{.lease = client.lease()}, renewal);
    ASSERT_TRUE(std::holds_alternative<lock::Renewed>(*renewal.reply));
  }
  EXPECT_EQ(world.holders("a"), 1u);
}

TEST(LoopTime, ARenewalInTheBatchThatWouldEndTheLeaseWins) {
  World world;
  Client client, renewal;
  world.ask(acquire("a", 0ms, 600ms), client);
  world.advance(590ms);
  world.clock.move(30ms);  // overdue, and no stall
  world.loop->submit(lock::Renew{.lease = client.lease()}, renewal);
  world.pass();
  EXPECT_TRUE(std::holds_alternative<lock::Renewed>(*renewal.reply));
  EXPECT_EQ(world.holders("a"), 1u);
}

TEST(LoopTime, WhileADeadlineExistsThereIsAnEntryEverySecond) {
  World world;
  Client client;
  world.ask(acquire("a", 0ms, 1h), client);
  const int before = world.journal.appends();
  world.advance(10s + 1ms);
  EXPECT_EQ(world.journal.appends(), before + 10);
  EXPECT_EQ(world.quiet_entries, 10);
  const auto entries = world.entries();
  for (std::size_t i = entries.size() - 9; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].header.time - entries[i - 1].header.time, 1'000ms);
  }
}

TEST(LoopTime, AWaiterTimesOut) {
  World world;
  Client holder, waiter;
  world.ask(acquire("a", 0ms, 1h), holder);
  world.loop->submit(acquire("a", 3s), waiter);
  world.pass();
  world.advance(3s - 1ms);
  EXPECT_EQ(waiter.answers, 0);
  world.advance(kSlack);
  EXPECT_TRUE(waiter.refused_with(lock::Code::held));
}

TEST(LoopTime, ManyEntriesWithinAMillisecondLoseNoTime) {
  World world;
  Client holder;
  world.ask(acquire("a", 0ms, 1s), holder);
  for (int i = 0; i < 4'000; ++i) {  // a quarter of a millisecond each: a second
    world.advance(250us);
    Client client;
    world.ask(acquire("b" + std::to_string(i), 0ms, lock::kNoExpiry), client);
  }
  world.advance(kSlack);
  EXPECT_EQ(world.holders("a"), 0u);
}

TEST(LoopTime, AStalledKeeperReadsRenewalsBeforeItEndsAnything) {
  World world;
  Client client, renewal;
  world.ask(acquire("a", 0ms, 600ms), client);
  world.advance(50ms);
  // The renewal was sent in time and read only after everything that was ready at once was handled.
  world.stall(5s);
  EXPECT_EQ(world.holders("a"), 1u);
  world.advance(20ms);
  world.ask(lock::Renew{.lease = client.lease()}, renewal);
  EXPECT_TRUE(std::holds_alternative<lock::Renewed>(*renewal.reply));
  world.advance(550ms);
  EXPECT_EQ(world.holders("a"), 1u);
  world.advance(200ms);
  EXPECT_EQ(world.holders("a"), 0u) << "late, but not for ever";
}

TEST(LoopTime, GrantsGoOnDuringTheGrace) {
  World world;
  Client first, second;
  world.ask(acquire("a", 0ms, 600ms), first);
  world.stall(5s, [&] { world.loop->submit(acquire("b"), second); });
  EXPECT_NE(second.granted(), nullptr);
  EXPECT_EQ(world.holders("a"), 1u);
}

TEST(LoopTime, AProcessThatIsStoppedAgainAndAgainEndsNothing) {
  World world;
  Client client;
  world.ask(acquire("a", 0ms, 600ms), client);
  for (int i = 0; i < 20; ++i) world.stall(1s);
  EXPECT_EQ(world.holders("a"), 1u);
  world.advance(150ms);
  EXPECT_EQ(world.holders("a"), 0u);
}

TEST(LoopTime, TimeAdvancesByAtMostOneAndAHalfSecondsBetweenEntries) {
  World world;
  Client client, renewal;
  world.ask(acquire("a", 0ms, 10s), client);
  const lock::JournalTime before = world.state.time();
  world.stall(1h);
  EXPECT_LE(world.state.time() - before, kMaxAdvance);
  world.advance(200ms);
  EXPECT_EQ(world.holders("a"), 1u);
  EXPECT_LE(world.loop->now() - before, 2 * kMaxAdvance);
}

TEST(LoopTime, ASlowInlineAppendCountsAsAStall) {
  World world;
  Client first, second, renewal;
  world.ask(acquire("a", 0ms, 600ms), first);
  world.journal.during_append([&] { world.clock.move(2s); });
  world.ask(acquire("b"), second);
  world.journal.during_append({});
  world.pass();
  EXPECT_EQ(world.holders("a"), 1u);
  world.ask(lock::Renew{.lease = first.lease()}, renewal);
  EXPECT_TRUE(std::holds_alternative<lock::Renewed>(*renewal.reply));
}

// The loop went on reading sockets all the while, so nothing need wait.
TEST(LoopTime, ASlowAppendOnAnotherThreadIsNoStall) {
  World world(Runner::threaded);
  Client first, second;
  world.ask(acquire("a", 0ms, 600ms), first);
  world.journal.hold(true);
  const int before = world.journal.appends();
  world.loop->submit(acquire("b"), second);
  world.until([&] { return world.journal.appends() == before + 1; });
  world.advance(1s);
  world.journal.hold(false);
  world.until([&] { return second.answers > 0; });
  world.until([&] {
    world.advance(0ms);
    return world.holders("a") == 0;
  });
}

TEST(LoopTime, ANewKeeperBeginsWithAGrace) {
  World world;
  Client client;
  Client other;
  world.ask(acquire("a", 0ms, 600ms), client);
  world.advance(590ms);
  world.ask(acquire("b"), other);  // records the time
  lock::State state;
  EventHub events;
  ASSERT_TRUE(rebuild(state, world.journal, world.clock, events));
  ASSERT_TRUE(take_over(state, world.journal, world.wall, events));
  FakeAlarm alarm(world.clock);
  const auto runner = make_inline_runner(world.journal);
  const auto next = std::make_shared<Loop>(
      Loop::Parts{world.io, state, *runner, alarm, world.clock, world.wall}, Options{}, Loop::Hooks{});
  next->observe(events);
  next->start(world.journal.head());
  world.pass();
  world.clock.move(50ms);
  alarm.ring();
  world.pass();
  EXPECT_EQ(state.leases().size(), 2u);
  for (int i = 0; i < 12; ++i) {
    world.clock.move(10ms);
    if (alarm.is_due(world.clock.now())) alarm.ring();
    world.pass();
  }
  EXPECT_EQ(state.leases().size(), 1u);
}

}  // namespace
}  // namespace holdfast::keeper::testing
