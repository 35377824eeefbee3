// Events on their way to those who follow them: only durable ones, each once, in order.

#include "keeper/event_hub.h"

#include "keeper/keeper_fixture.h"
#include "lock/evolve.h"

namespace holdfast::keeper::testing {
namespace {

using lock::EventKind;

struct Follower final : EventHub::Subscriber {
  void take(const SharedChunk& chunk) override {
    EXPECT_EQ(chunk->after, through);
    through = chunk->through;
    const auto views = views_of(*chunk);
    EXPECT_EQ(views.size(), chunk->count);
    for (const lock::EventView& view : views) {
      EXPECT_GT(view.revision, last);
      EXPECT_LE(view.revision, chunk->through);
      last = view.revision;
      told.push_back(view);
    }
  }
  std::vector<EventKind> kinds() const {
    std::vector<EventKind> all;
    for (const lock::EventView& view : told) all.push_back(view.kind);
    return all;
  }

  lock::Revision through;
  lock::Revision last;
  std::vector<lock::EventView> told;
};

TEST(EventHub, TellsOnlyWhatIsDurable) {
  World world(Runner::threaded);
  Follower follower;
  follower.through = follower.last = world.events.through();
  world.events.subscribe(follower);
  Client client;
  world.journal.hold(true);
  world.loop->submit(acquire("a"), client);
  const int before = world.journal.appends();
  world.until([&] { return world.journal.appends() > before; });
  EXPECT_TRUE(follower.told.empty());
  EXPECT_LT(world.events.through(), world.state.revision());
  world.journal.hold(false);
  world.until([&] { return client.answers > 0; });
  EXPECT_EQ(follower.kinds(), std::vector{EventKind::granted});
  EXPECT_EQ(world.events.through(), world.state.revision());
}

TEST(EventHub, AnEntryOfUnknownOutcomeIsToldOnce) {
  World world;
  Follower follower;
  follower.through = follower.last = world.events.through();
  world.events.subscribe(follower);
  world.journal.answer_next(journal::Append::unknown);
  Client client;
  world.loop->submit(acquire("a"), client);
  world.pass();
  EXPECT_TRUE(follower.told.empty());
  world.advance(200ms);
  EXPECT_EQ(client.answers, 1);
  EXPECT_EQ(follower.kinds(), std::vector{EventKind::granted});
}

TEST(EventHub, ARecoveredJournalTellsTheSame) {
  World world;
  Client held, waits, released;
  world.ask(acquire("a"), held);
  world.loop->submit(acquire("a", 5s), waits);
  world.pass();
  world.ask(lock::Release{.lease = held.lease()}, released);
  world.until([&] { return waits.answers > 0; });

  lock::State state;
  EventHub events;
  Follower again;
  events.subscribe(again);
  ASSERT_TRUE(rebuild(state, world.journal, world.clock, events));
  EXPECT_EQ(events.through(), world.events.through());
  std::vector<lock::EventView> live;
  for (auto number = world.events.first_number(); number < world.events.next_number(); ++number) {
    for (auto& view : views_of(*world.events.chunk(number))) live.push_back(std::move(view));
  }
  EXPECT_EQ(again.told, live);
  EXPECT_EQ(again.kinds(), (std::vector{EventKind::cell_created, EventKind::took_over, EventKind::granted,
                                        EventKind::wait_began, EventKind::released, EventKind::granted}));
}

// A state that changes by hand.
class Memory : public ::testing::Test {
 protected:
  explicit Memory(EventHub::Limits limits = {.events = 10}) : hub_(limits) {
    hub_.begin(state_);
    tell(lock::CellCreated{.incarnation = 7});
  }
  void tell(const lock::Event& event) {
    state_.begin_entry(state_.time(), state_.wall());
    hub_.before(state_, event);
    lock::evolve(state_, event);
    hub_.durable(state_);
  }
  void tell_some(int count) {
    for (int i = 0; i < count; ++i) tell(lock::TookOver{state_.epoch().next()});
  }

  lock::State state_;
  EventHub hub_;
};

TEST_F(Memory, IsBoundedAndSaysFromWhereItIsWhole) {
  EXPECT_EQ(hub_.floor(), lock::Revision{0});
  tell_some(29);
  EXPECT_EQ(hub_.next_number() - hub_.first_number(), 10u);
  EXPECT_EQ(hub_.floor(), lock::Revision{20});
  EXPECT_EQ(hub_.through(), lock::Revision{30});
  EXPECT_EQ(hub_.number_after(lock::Revision{20}), hub_.first_number());
  EXPECT_EQ(hub_.number_after(lock::Revision{29}), hub_.next_number() - 1);
  EXPECT_EQ(hub_.number_after(lock::Revision{30}), hub_.next_number());
  EXPECT_EQ(hub_.chunk(hub_.first_number())->cell.incarnation, 7u);
}

TEST_F(Memory, WhatIsNotToldMovesNothingButTheRevision) {
  tell(lock::LeaseOpened{.ttl = lock::kNoExpiry});
  EXPECT_EQ(hub_.through(), lock::Revision{2});
  EXPECT_EQ(hub_.next_number(), 1u);
  tell_some(1);
  EXPECT_EQ(hub_.chunk(1)->after, lock::Revision{1});
  EXPECT_EQ(hub_.chunk(1)->through, lock::Revision{3});
}

TEST_F(Memory, ALargeEntryComesInPieces) {
  Follower follower;
  follower.through = follower.last = hub_.through();
  hub_.subscribe(follower);
  state_.begin_entry(state_.time(), state_.wall());
  const lock::Event event =
      lock::LeaseOpened{.shared = true, .ttl = lock::kNoExpiry, .owner = std::string(1'000, 'o')};
  for (int i = 0; i < 600; ++i) {
    hub_.before(state_, event);
    lock::evolve(state_, event);
  }
  hub_.durable(state_);
  EXPECT_EQ(follower.told.size(), 600u);
  EXPECT_EQ(hub_.next_number(), 4u);
}

}  // namespace
}  // namespace holdfast::keeper::testing
