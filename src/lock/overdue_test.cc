#include <gtest/gtest.h>

#include "lock/batch.h"
#include "lock/entry.h"

// A keeper that has stalled ends nothing for a while (keeper/stall_guard.h), so a hold may be overdue and
// still there.

namespace holdfast::lock {
namespace {

Reply run(State& state, JournalTime now, const Command& command) {
  Batch batch(state, now, {});
  batch.execute(Ticket{1}, command);
  batch.settle();
  return batch.answers().front().reply;
}

Acquire acquire(std::string key) {
  Acquire command{.ttl = Millis(1'000), .principal = "p", .owner = "p"};
  command.items.push_back({.key = std::move(key)});
  return command;
}

TEST(Overdue, ALockDelayCountsFromTheBreakOfAnOverdueHold) {
  State state;
  const Event created = CellCreated{};
  ASSERT_TRUE(replay(state, Entry{{.first_revision = Revision{1}}, {created}}));
  run(state, JournalTime(), TakeOver{Epoch{1}});
  run(state, JournalTime(), Register{.key = "k", .settings = {.lock_delay = Millis(500)}});
  const auto held = std::get<Acquired>(run(state, JournalTime(), acquire("k")));

  const JournalTime later(Millis(5'000));
  const auto broken = std::get<BreakDone>(run(state, later, Break{.key = "k", .target = held.lease.id}));
  EXPECT_EQ(broken.broken.front().opens_in, Millis(500));
  const auto refused = std::get<Refused>(run(state, later, acquire("k")));
  EXPECT_EQ(refused.code, Code::lock_delay);
  EXPECT_EQ(refused.retry_after, Millis(500));
}

}  // namespace
}  // namespace holdfast::lock
