// A keeper that ends and another that begins: the state must come back bit for bit, whatever happened, with
// snapshots and trims in the middle and on either kind of journal thread.

#include <random>

#include <gtest/gtest.h>

#include "keeper/keeper.h"
#include "keeper/keeper_fixture.h"
#include "lock/view.h"

namespace holdfast::keeper::testing {
namespace {

// One life of a keeper over a journal that outlives it.
class Life {
 public:
  Life(journal::Journal& journal, Runner kind, std::uint64_t snapshot_every = 64u << 20)
      : keeper(io, journal, clock, wall,
               {.append_inline = kind == Runner::inline_, .snapshot_every_bytes = snapshot_every},
               [](const Error& error) { FAIL() << error.message(); }) {
    const Result<void> recovered = keeper.recover();
    EXPECT_TRUE(recovered) << recovered.error().message();
  }

  template <class What>
  void until(What what) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!what()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      io.restart();
      io.run_one_for(5ms);
    }
  }
  void end() {
    bool stopped = false;
    keeper.stop([&] { stopped = true; });
    until([&] { return stopped; });
  }

  boost::asio::io_context io;
  FakeClock clock;
  FakeWallClock wall;
  Keeper keeper;
};

// Random commands over few keys: grants, waits, retries, upgrades, releases, renewals, cancels, people who
// leave.
class Crowd {
 public:
  Crowd(Life& life, std::mt19937& random) : life_(life), random_(random) {}

  void act(int commands) {
    for (int i = 0; i < commands; ++i) {
      submit(some_command());
      if (pick(3) == 0) life_.clock.move(std::chrono::microseconds(pick(20'000)));
      if (pick(10) == 0) life_.keeper.leave(ids_[pick(ids_.size())]);
      if (i % 10 == 0) settle();
    }
  }
  // Until nothing is pending and nothing in flight.
  void settle() {
    life_.until([&] {
      const auto durable = std::make_shared<bool>(false);
      life_.keeper.when_durable([durable] { *durable = true; });
      return *durable && life_.keeper.status().pending == 0;
    });
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }
  std::string some_key() { return "key/" + std::to_string(pick(12)); }

  lock::LeaseId some_lease() {
    for (int tries = 0; tries < 5 && !clients_.empty(); ++tries) {
      const Client& client = *clients_[pick(clients_.size())];
      if (client.granted()) return client.lease();
    }
    return lock::LeaseId{1'000'000};
  }

  lock::Command some_command() {
    switch (pick(6)) {
      case 0:
        return lock::Renew{.lease = some_lease()};
      case 1:
        return lock::Release{.lease = some_lease(), .keep_for = pick(4) ? 0ms : 50ms};
      case 2:
        return lock::Cancel{.request = tag(pick(50) + 1)};
      default:
        break;
    }
    lock::Acquire command = acquire(some_key(), lock::Millis(pick(3) * 100), lock::Millis(100 + pick(2'000)));
    if (pick(3) == 0) command.items.push_back({.key = "other/" + some_key()});
    if (pick(2) == 0) {
      command.items[0].mode = lock::Mode::shared;
      command.items[0].permits = 1;
    }
    if (pick(2) == 0) command.request = tag(pick(50) + 1);
    if (pick(3) == 0) command.reattach = 200ms;
    if (pick(4) == 0) command.claim = 150ms;
    command.metadata = pick(4) ? "" : R"({"build":7})";
    return command;
  }

  void submit(lock::Command command) {
    clients_.push_back(std::make_unique<Client>());
    ids_.push_back(life_.keeper.submit(std::move(command), *clients_.back()));
  }

  Life& life_;
  std::mt19937& random_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<CallId> ids_;
};

class RecoveryTest : public ::testing::TestWithParam<Runner> {};

INSTANTIATE_TEST_SUITE_P(Journal, RecoveryTest, ::testing::Values(Runner::inline_, Runner::threaded),
                         [](const auto& runner) {
                           return std::string(runner.param == Runner::inline_ ? "Inline" : "Threaded");
                         });

TEST_P(RecoveryTest, AnEmptyJournalGetsACellOfItsOwn) {
  FaultyJournal first, second;
  const Life one(first, GetParam()), two(second, GetParam());
  EXPECT_EQ(one.keeper.state().cell().incarnation, 1u);
  EXPECT_NE(one.keeper.state().cell().id, two.keeper.state().cell().id);
  EXPECT_NE(one.keeper.state().cell().secret, two.keeper.state().cell().secret);
  EXPECT_EQ(one.keeper.status().epoch, lock::Epoch{1});
  EXPECT_EQ(one.keeper.status().sequence, 2u);
}

TEST_P(RecoveryTest, HoldsTokensAndEpochGoOn) {
  FaultyJournal journal;
  Client before, after, other;
  lock::Acquire command = acquire("a");
  command.request = tag(7);
  {
    Life life(journal, GetParam());
    life.keeper.submit(lock::Command(command), before);
    life.until([&] { return before.answers > 0; });
    life.end();
  }
  Life life(journal, GetParam());
  EXPECT_EQ(life.keeper.status().epoch, lock::Epoch{2});
  life.keeper.submit(lock::Command(command), after);
  life.keeper.submit(acquire("b"), other);
  life.until([&] { return after.answers && other.answers; });
  ASSERT_NE(after.granted(), nullptr);
  EXPECT_EQ(after.lease(), before.lease());
  EXPECT_EQ(after.granted()->grants[0].token, before.granted()->grants[0].token);
  EXPECT_GT(other.granted()->grants[0].token, before.granted()->grants[0].token);
}

TEST_P(RecoveryTest, TheStateComesBackBitForBit) {
  std::mt19937 random(20'261'122);
  for (int round = 0; round < 6; ++round) {
    FaultyJournal journal;
    for (int lives = 0; lives < 4; ++lives) {
      SetDigest digest;
      lock::Revision revision;
      {
        Life life(journal, GetParam(), 20'000);
        Crowd crowd(life, random);
        crowd.act(500);
        crowd.settle();
        if (lives == 1) life.until([&] { return life.keeper.status().snapshot_sequence > 0; });
        digest = life.keeper.state().digest();
        revision = life.keeper.state().revision();
        if (lives % 2) life.end();  // else it dies here, perhaps with a snapshot half made
      }
      lock::State again;
      EventHub events;
      const auto rebuilt = rebuild(again, journal, FakeClock(), events);
      ASSERT_TRUE(rebuilt) << rebuilt.error().message();
      ASSERT_EQ(again.revision(), revision);
      ASSERT_EQ(again.digest(), digest);
    }
  }
}

TEST_P(RecoveryTest, ASnapshotShortensTheJournal) {
  FaultyJournal journal;
  Life life(journal, GetParam(), 4'000);
  for (int snapshot = 0; snapshot < 3; ++snapshot) {
    const std::uint64_t last = life.keeper.status().snapshot_sequence;
    while (life.keeper.status().snapshot_sequence == last) {
      Client client, released;
      life.keeper.submit(acquire("a"), client);
      life.until([&] { return client.answers > 0; });
      life.keeper.submit(lock::Release{.lease = client.lease()}, released);
      life.until([&] { return released.answers > 0; });
    }
  }
  life.end();
  EXPECT_FALSE(journal.read(1, [](std::uint64_t, ByteView) -> Result<void> { return {}; }));
  Life next(journal, GetParam());
  EXPECT_EQ(next.keeper.status().epoch, lock::Epoch{2});
}

TEST_P(RecoveryTest, AFailedSnapshotIsTriedAgainLaterAndHarmsNothing) {
  FaultyJournal journal;
  Life life(journal, GetParam(), 2'000);
  const auto work = [&](int commands) {
    for (int i = 0; i < commands; ++i) {
      Client client;
      life.keeper.submit(acquire("a"), client);
      life.until([&] { return client.answers > 0; });
      ASSERT_TRUE(client.granted() || client.refused_with(lock::Code::held));
      if (!client.granted()) continue;
      Client released;
      life.keeper.submit(lock::Release{.lease = client.lease()}, released);
      life.until([&] { return released.answers > 0; });
    }
  };
  journal.fail_snapshots(true);
  work(100);
  EXPECT_EQ(journal.snapshots_begun(), 1);
  journal.fail_snapshots(false);
  work(20);
  EXPECT_EQ(journal.snapshots_begun(), 1) << "not before its time";
  life.clock.move(11s);
  work(20);
  life.until([&] { return life.keeper.status().snapshot_sequence > 0; });
}

TEST_P(RecoveryTest, ADamagedEntryStopsRecoveryAndNamesItself) {
  FaultyJournal journal;
  { Life life(journal, GetParam()); }
  const Bytes garbage(20, std::byte{0x5a});
  ASSERT_TRUE(journal.append(journal.head(), {}, garbage));
  boost::asio::io_context io;
  FakeClock clock;
  FakeWallClock wall;
  Keeper keeper(io, journal, clock, wall, {}, [](const Error&) {});
  const Result<void> recovered = keeper.recover();
  ASSERT_FALSE(recovered);
  EXPECT_NE(recovered.error().detail.find("entry 3"), std::string::npos) << recovered.error().message();
}

TEST_P(RecoveryTest, ATakeoverThatCannotBeWrittenIsAnError) {
  FaultyJournal journal;
  journal.answer_next(journal::Append::written);
  journal.answer_next(journal::Append::refused);
  boost::asio::io_context io;
  FakeClock clock;
  FakeWallClock wall;
  Keeper keeper(io, journal, clock, wall, {}, [](const Error&) {});
  const Result<void> recovered = keeper.recover();
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().code, journal::make_error_code(journal::Errc::in_use));
}

}  // namespace
}  // namespace holdfast::keeper::testing
