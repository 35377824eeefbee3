#include "truth.h"

#include <gtest/gtest.h>

#include "lock/batch.h"
#include "lock/entry.h"

namespace holdfast::sim {
namespace {

using lock::JournalTime;
using lock::Millis;

// A journal as a keeper writes it, with the means to write it wrongly.
struct TruthTest : testing::Test {
  TruthTest() {
    lock::CellCreated created;
    created.rate_ppm = 1'000;
    Bytes first;
    lock::encode_entry({.first_revision = lock::Revision{1}},
                       std::span<const lock::Event>(&events(created), 1), first);
    EXPECT_TRUE(lock::replay(live, lock::decode_entry(first).value()));
    truth.durable(++sequence, first);
    decide(lock::TakeOver{lock::Epoch{1}}, 0);
  }
  const lock::Event& events(lock::Event event) {
    kept = std::move(event);
    return kept;
  }
  Bytes written(const lock::Command& command, std::int64_t at) {
    lock::Batch batch(live, JournalTime(Millis(at)), {});
    batch.expire();
    batch.execute(lock::Ticket{1}, command);
    batch.settle();
    Bytes entry;
    batch.write_entry({}, entry);
    return entry;
  }
  void decide(const lock::Command& command, std::int64_t at) {
    truth.durable(++sequence, written(command, at));
  }
  static lock::Acquire acquire(Millis ttl) {
    lock::Acquire command{.ttl = ttl, .principal = "p", .owner = "p"};
    command.items.push_back({.key = "k"});
    return command;
  }
  bool wrong() const { return violations.any(); }

  lock::Event kept;
  std::uint64_t sequence = 0;
  lock::State live;
  Violations violations;
  Ledger ledger{violations};
  Truth truth{ledger, violations, [](lock::Revision, const lock::Event&) {}};
};

TEST_F(TruthTest, AJournalOfTheKeeperIsFine) {
  decide(acquire(Millis(500)), 10);
  decide(acquire(Millis(500)), 1'000);
  truth.check_state();
  EXPECT_FALSE(wrong());
  EXPECT_EQ(truth.state().digest(), live.digest());
  EXPECT_EQ(ledger.holders("k").size(), 1u);
}

TEST_F(TruthTest, AMissingEntryIsSeen) {
  written(acquire(Millis(500)), 10);
  decide(acquire(Millis(500)), 1'000);
  EXPECT_TRUE(wrong());
}

TEST_F(TruthTest, AnEntryTwiceIsSeen) {
  const Bytes entry = written(acquire(Millis(500)), 10);
  truth.durable(++sequence, entry);
  truth.durable(++sequence, entry);
  EXPECT_TRUE(wrong());
}

TEST_F(TruthTest, DamagedBytesAreSeen) {
  Bytes entry = written(acquire(Millis(500)), 10);
  entry.pop_back();
  truth.durable(++sequence, entry);
  EXPECT_TRUE(wrong());
}

TEST_F(TruthTest, TimeThatRunsAheadIsSeen) {
  decide(acquire(Millis(60'000)), 10);
  decide(acquire(Millis(500)), 1'600);
  EXPECT_TRUE(wrong());
}

}  // namespace
}  // namespace holdfast::sim
