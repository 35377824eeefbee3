// Calls that wait, come back, go away: who is told, and what becomes of grants that nobody was told of.

#include <gtest/gtest.h>

#include "keeper/keeper_fixture.h"
#include "lock/view.h"

namespace holdfast::keeper::testing {
namespace {

class LoopWaitTest : public ::testing::TestWithParam<Runner> {
 protected:
  World world{GetParam()};

  lock::Acquire retryable(std::string key, std::uint64_t number, lock::Millis wait,
                          lock::Millis reattach = 0ms) {
    lock::Acquire command = acquire(std::move(key), wait);
    command.request = tag(number);
    command.reattach = reattach;
    return command;
  }
  CallId wait_for(lock::Acquire command, Client& client, std::size_t queue = 1) {
    const std::string key = command.items[0].key;
    const CallId id = world.loop->submit(std::move(command), client);
    world.until([&] { return world.queued(key) == queue; });
    return id;
  }
  void release(const Client& holder) {
    Client released;
    world.ask(lock::Release{.lease = holder.lease()}, released);
  }
  // Until everything decided is durable and told.
  void settle() {
    bool durable = false;
    for (int i = 0; i < 3; ++i) {
      durable = false;
      world.pass();
      world.loop->when_durable([&] { durable = true; });
      world.until([&] { return durable; });
      world.pass();
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Journal, LoopWaitTest, ::testing::Values(Runner::inline_, Runner::threaded),
                         [](const auto& runner) {
                           return std::string(runner.param == Runner::inline_ ? "Inline" : "Threaded");
                         });

TEST_P(LoopWaitTest, AWaiterIsAnsweredWhenItsTurnComes) {
  Client holder, waiter;
  world.ask(acquire("a"), holder);
  wait_for(acquire("a", 60s), waiter);
  EXPECT_EQ(waiter.answers, 0);
  release(holder);
  world.until([&] { return waiter.answers > 0; });
  EXPECT_NE(waiter.granted(), nullptr);
}

TEST_P(LoopWaitTest, ARetryAttachesAndBothAreToldTheSame) {
  Client holder, waiter, retry;
  world.ask(acquire("a"), holder);
  wait_for(retryable("a", 1, 60s), waiter);
  world.loop->submit(retryable("a", 1, 60s), retry);
  settle();
  EXPECT_EQ(world.queued("a"), 1u);
  release(holder);
  world.until([&] { return waiter.answers && retry.answers; });
  ASSERT_NE(waiter.granted(), nullptr);
  ASSERT_NE(retry.granted(), nullptr);
  EXPECT_EQ(waiter.lease(), retry.lease());
  EXPECT_EQ(waiter.granted()->grants[0].token, retry.granted()->grants[0].token);
}

TEST_P(LoopWaitTest, OneOfTwoMayLeave) {
  Client holder, waiter, retry;
  world.ask(acquire("a"), holder);
  const CallId first = wait_for(retryable("a", 1, 60s), waiter);
  world.loop->submit(retryable("a", 1, 60s), retry);
  settle();
  world.loop->leave(first);
  settle();
  EXPECT_EQ(world.queued("a"), 1u);
  release(holder);
  world.until([&] { return retry.answers > 0; });
  EXPECT_NE(retry.granted(), nullptr);
  EXPECT_EQ(waiter.answers, 0);
}

TEST_P(LoopWaitTest, TheLastToLeaveTakesTheWaiterAlong) {
  Client holder, waiter;
  world.ask(acquire("a"), holder);
  const CallId id = wait_for(acquire("a", 60s), waiter);
  world.loop->leave(id);
  world.until([&] { return world.queued("a") == 0; });
  settle();
  EXPECT_EQ(waiter.answers, 0);
  EXPECT_EQ(world.holders("a"), 1u);
}

TEST_P(LoopWaitTest, ADetachedWaiterKeepsItsPlaceForItsClient) {
  Client holder, waiter, back;
  world.ask(acquire("a"), holder);
  const CallId id = wait_for(retryable("a", 1, 60s, 5s), waiter);
  world.loop->leave(id);
  settle();
  EXPECT_EQ(world.queued("a"), 1u);
  release(holder);
  settle();
  EXPECT_EQ(world.holders("a"), 0u) << "never granted while nobody is there";
  world.ask(retryable("a", 1, 60s, 5s), back);
  EXPECT_NE(back.granted(), nullptr);
}

// A retry that arrived before its predecessor's connection was seen to be gone must not lose the place.
TEST_P(LoopWaitTest, LeavingAfterTheRetryArrivedKeepsThePlace) {
  Client holder, waiter, behind, retry;
  world.ask(acquire("a"), holder);
  const CallId id = wait_for(retryable("a", 1, 60s), waiter);
  wait_for(acquire("a", 60s), behind, 2);
  world.loop->submit(retryable("a", 1, 60s), retry);
  world.loop->leave(id);
  settle();
  release(holder);
  world.until([&] { return retry.answers + behind.answers > 0; });
  EXPECT_NE(retry.granted(), nullptr);
  EXPECT_EQ(behind.answers, 0);
}

TEST_P(LoopWaitTest, ALeavingIsNotForgottenWhileTheDiskIsFull) {
  Client holder, waiter, last_reserved, refused;
  world.ask(acquire("a"), holder);
  const CallId id = wait_for(acquire("a", 60s), waiter);
  world.journal.set_full(true);
  world.ask(acquire("b"), last_reserved);
  world.loop->leave(id);
  world.ask(acquire("c"), refused);
  EXPECT_TRUE(refused.refused_with(lock::Code::journal_unavailable));
  EXPECT_EQ(world.queued("a"), 1u);
  world.journal.set_full(false);
  Client granted;
  world.ask(acquire("d"), granted);
  world.until([&] { return world.queued("a") == 0; });
}

TEST_P(LoopWaitTest, AnUndecidedAcquireIsDroppedAndAReleaseIsNot) {
  Client holder, acquiring, releasing;
  world.ask(acquire("a"), holder);
  const CallId acquire_id = world.loop->submit(acquire("b"), acquiring);
  const CallId release_id = world.loop->submit(lock::Release{.lease = holder.lease()}, releasing);
  world.loop->leave(acquire_id);
  world.loop->leave(release_id);
  settle();
  EXPECT_EQ(world.holders("a"), 0u);
  EXPECT_EQ(world.holders("b"), 0u);
  EXPECT_EQ(acquiring.answers + releasing.answers, 0);
}

TEST_P(LoopWaitTest, LeavingTwiceOrAfterTheAnswerDoesNothing) {
  Client holder, waiter;
  Client first;
  const CallId id = world.loop->submit(acquire("a"), first);
  world.until([&] { return first.answers > 0; });
  world.loop->leave(id);
  world.loop->leave(id);
  world.loop->leave(CallId{});
  settle();
  EXPECT_EQ(world.holders("a"), 1u);
}

// All answers of a batch are handed out in one go; the first of them makes the second's client leave.
TEST_P(LoopWaitTest, AGrantWhoseClientLeavesBeforeItIsToldIsReleased) {
  Client first, second, after;
  CallId second_id;
  first.then = [&] { world.loop->leave(second_id); };
  world.loop->submit(acquire("a"), first);
  second_id = world.loop->submit(acquire("b"), second);
  world.until([&] { return first.answers > 0; });
  settle();
  EXPECT_EQ(second.answers, 0);
  EXPECT_EQ(world.holders("a"), 1u);
  EXPECT_EQ(world.holders("b"), 0u);
  const lock::Event last = world.entries().back().events.back();
  ASSERT_TRUE(std::holds_alternative<lock::LeaseEnded>(last));
  EXPECT_EQ(std::get<lock::LeaseEnded>(last).how, lock::Ended::undelivered);
}

TEST_P(LoopWaitTest, AWaitedGrantWhoseClientLeavesBeforeItIsToldIsReleased) {
  Client holder, waiter, released;
  world.ask(acquire("a"), holder);
  const CallId id = wait_for(acquire("a", 60s), waiter);
  released.then = [&] { world.loop->leave(id); };
  world.ask(lock::Release{.lease = holder.lease()}, released);
  settle();
  EXPECT_EQ(waiter.answers, 0);
  EXPECT_EQ(world.holders("a"), 0u);
}

TEST_P(LoopWaitTest, WithReattachAnUntoldGrantWaitsForItsClient) {
  Client first, second, back;
  CallId second_id;
  first.then = [&] { world.loop->leave(second_id); };
  world.loop->submit(acquire("a"), first);
  second_id = world.loop->submit(retryable("b", 1, 0ms, 5s), second);
  world.until([&] { return first.answers > 0; });
  settle();
  EXPECT_EQ(world.holders("b"), 1u);
  world.ask(retryable("b", 1, 0ms, 5s), back);
  ASSERT_NE(back.granted(), nullptr);
}

// The retry is told of the grant in the same batch, so the grant has an owner although its first call left.
TEST_P(LoopWaitTest, AGrantThatARetryIsToldOfStays) {
  for (const bool retry_first_told : {false, true}) {
    Client trigger, first, retry;
    CallId first_id;
    trigger.then = [&] { world.loop->leave(first_id); };
    const std::string key = retry_first_told ? "x" : "y";
    if (!retry_first_told) world.loop->submit(acquire(key + "1"), trigger);
    first_id = world.loop->submit(retryable(key, retry_first_told ? 8 : 9, 0ms), first);
    if (retry_first_told) first.then = [] {};
    world.loop->submit(retryable(key, retry_first_told ? 8 : 9, 0ms), retry);
    if (retry_first_told) world.loop->leave(first_id);
    world.until([&] { return retry.answers > 0; });
    settle();
    EXPECT_EQ(first.answers, 0);
    ASSERT_NE(retry.granted(), nullptr);
    EXPECT_EQ(world.holders(key), 1u);
  }
}

TEST(LoopWaitThreaded, AGrantThatBecomesDurableWithNobodyThereIsReleased) {
  World world(Runner::threaded);
  world.journal.hold(true);
  const int before = world.journal.appends();
  Client gone;
  const CallId id = world.loop->submit(acquire("a"), gone);
  world.until([&] { return world.journal.appends() == before + 1; });
  world.loop->leave(id);
  world.journal.hold(false);
  world.until([&] { return world.holders("a") == 0; });
  EXPECT_EQ(gone.answers, 0);
}

// The client's retry is decided in the entry after the grant's, while its first connection is known to be
// gone.
TEST(LoopWaitThreaded, ARetryInTheNextEntryInheritsTheGrant) {
  World world(Runner::threaded);
  world.journal.hold(true);
  const int before = world.journal.appends();
  Client gone, retry, other;
  lock::Acquire command = acquire("a");
  command.request = tag(1);
  const CallId id = world.loop->submit(command, gone);
  world.until([&] { return world.journal.appends() == before + 1; });
  world.loop->submit(command, retry);
  world.loop->submit(acquire("b"), other);  // so that the retry's batch makes an entry too
  world.loop->leave(id);
  world.journal.hold(false);
  world.until([&] { return retry.answers > 0; });
  world.until([&] { return other.answers > 0; });
  ASSERT_NE(retry.granted(), nullptr);
  Client renewed;
  world.ask(lock::Renew{.lease = retry.lease()}, renewed);
  EXPECT_TRUE(std::holds_alternative<lock::Renewed>(*renewed.reply));
}

}  // namespace
}  // namespace holdfast::keeper::testing
