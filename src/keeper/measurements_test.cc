#include "keeper/keeper_fixture.h"

namespace holdfast::keeper::testing {
namespace {

struct Seen final : lock::EventObserver {
  void before(const lock::State& state, const lock::Event& event) override {
    revisions.push_back(state.revision().next().value);
    if (const auto* ended = std::get_if<lock::LeaseEnded>(&event)) {
      holds_at_the_end = state.leases()[state.find_lease(ended->lease)].hold_count;
    }
  }
  void refused(const lock::Refused& refusal) override { refused_keys.push_back(refusal.key); }

  std::vector<std::uint64_t> revisions;
  std::vector<std::string> refused_keys;
  std::uint32_t holds_at_the_end = 0;
};

TEST(Measurements, OneEntryOfTwoCommands) {
  World world;
  Client first;
  Client second;
  world.loop->submit(acquire("a"), first);
  world.clock.move(3ms);
  world.loop->submit(acquire("b"), second);
  world.clock.move(4ms);
  world.journal.during_append([&] { world.clock.move(20ms); });
  world.pass();

  ASSERT_TRUE(first.granted() && second.granted());
  EXPECT_EQ(first.timing.queued, 7ms);
  EXPECT_EQ(second.timing.queued, 4ms);
  EXPECT_EQ(first.timing.append, 20ms);
  const Measurements& measured = world.loop->measurements();
  EXPECT_NEAR(measured.queued_seconds.sum(), 0.011, 1e-9);
  EXPECT_NEAR(measured.append_seconds.sum(), 0.020, 1e-9);
  EXPECT_EQ(measured.commands_per_entry.sum(), 2);
  EXPECT_EQ(measured.events_per_entry.sum(), 4) << "two leases, two grants";
}

TEST(Measurements, AWaitIsNoTimeOfTheServer) {
  World world;
  Client holder;
  Client waiter;
  world.ask(acquire("k"), holder);
  world.loop->submit(acquire("k", 60s), waiter);
  world.pass();
  world.advance(10s);
  Client release;
  world.ask(lock::Release{.lease = holder.lease(), .keys = {}}, release);
  ASSERT_TRUE(waiter.granted());
  EXPECT_EQ(waiter.timing.queued, 0ms);
  EXPECT_GE(waiter.granted()->waited, 10s);
}

TEST(Measurements, ARepeatedAppendIsCountedAndTimedFromItsFirstTry) {
  World world;
  world.journal.answer_next(journal::Append::unknown);
  Client client;
  world.loop->submit(acquire("k"), client);
  world.pass();
  world.advance(1s);
  ASSERT_TRUE(client.granted());
  EXPECT_EQ(world.loop->measurements().unknown_appends, 1u);
  EXPECT_GE(client.timing.append, 50ms);
}

TEST(Measurements, ObserversSeeTheStateBeforeEachEvent) {
  World world;
  Seen seen;
  world.loop->observe(seen);
  Client holder;
  Client refused;
  world.ask(acquire("k"), holder);
  world.ask(acquire("k"), refused);
  Client release;
  world.ask(lock::Release{.lease = holder.lease(), .keys = {}}, release);
  ASSERT_EQ(seen.revisions.size(), 3u) << "lease opened, granted, ended";
  EXPECT_EQ(seen.revisions.back(), world.state.revision().value);
  EXPECT_EQ(seen.holds_at_the_end, 1u);
  EXPECT_EQ(seen.refused_keys, std::vector<std::string>{"k"});
}

TEST(Measurements, TimeThatWasCutOffIsTold) {
  World world;
  Client holder;
  world.ask(acquire("k", 0ms, 60s), holder);
  EXPECT_EQ(world.loop->time_lost(), 0ns);
  world.stall(10s);
  world.advance(2s);
  EXPECT_GE(world.loop->time_lost(), 8s);
  EXPECT_LE(world.loop->time_lost(), 10s);
}

}  // namespace
}  // namespace holdfast::keeper::testing
