// The bounds of limits.h, each with its refusal, and that what costs per step does not grow with the queue.

#include <memory>

#include <gtest/gtest.h>

#include "lock/batch.h"
#include "lock/entry.h"
#include "lock/invariants.h"
#include "lock/snapshot.h"

namespace holdfast::lock {
namespace {

class Limits : public ::testing::Test {
 protected:
  Limits() { EXPECT_TRUE(replay(*state_, {{.first_revision = Revision{1}}, {CellCreated{}}})); }

  // One batch of one command; what it is answered with, or none when it waits.
  std::optional<Reply> run(const Command& command) {
    Batch batch(*state_, now_, WallTime(Millis(1)));
    batch.execute(Ticket{1}, command);
    batch.expire();
    batch.settle();
    granted_ = 0;
    for (const WaiterAnswer& answer : batch.waiter_answers()) {
      if (const auto* acquired = std::get_if<Acquired>(&answer.reply))
        ++granted_, last_lease_ = acquired->lease.id;
    }
    unfinished_ = batch.unfinished();
    if (batch.answers().empty()) return std::nullopt;
    return std::move(batch.answers()[0].reply);
  }

  // The code of the refusal that the command must get.
  Code refusal(const Command& command) { return std::get<Refused>(run(command).value()).code; }

  LeaseId open() { return std::get<LeaseStarted>(run(OpenLease{.ttl = kNoExpiry}).value()).lease.id; }

  static Acquire acquire(const std::string& key, std::optional<LeaseId> lease = {}, Millis wait = Millis(0)) {
    Acquire command{.lease = lease, .ttl = kNoExpiry, .wait = wait};
    command.items.push_back({.key = key});
    return command;
  }

  static RequestTag tag(std::uint64_t number) { return {{number, number * 0x9e3779b97f4a7c15ull + 1}, 1}; }

  std::unique_ptr<State> state_ = std::make_unique<State>();
  JournalTime now_{};
  std::size_t granted_ = 0;
  bool unfinished_ = false;
  LeaseId last_lease_;
};

TEST_F(Limits, HoldsOfOneLease) {
  const LeaseId lease = open();
  for (std::size_t i = 0; i < kMaxHoldsPerLease; ++i) {
    ASSERT_TRUE(std::holds_alternative<Acquired>(run(acquire("k" + std::to_string(i), lease)).value()));
  }
  EXPECT_EQ(refusal(acquire("one-more", lease)), Code::too_large);
  run(Release{.lease = lease, .keys = {"k0"}});
  EXPECT_TRUE(std::holds_alternative<Acquired>(run(acquire("one-more", lease)).value()));
  // Ending it is one event of fixed size all the same.
  run(Release{.lease = lease});
  EXPECT_EQ(state_->locks().size(), 0u);
  EXPECT_EQ(broken_invariants(*state_), std::vector<std::string>{});
}

TEST_F(Limits, WaitsOfOneLease) {
  run(acquire("k"));
  const LeaseId lease = open();
  for (std::size_t i = 0; i < kMaxWaitersPerLease; ++i)
    ASSERT_EQ(run(acquire("k", lease, kNoDeadline)), std::nullopt);
  EXPECT_EQ(refusal(acquire("k", lease, kNoDeadline)), Code::overloaded);
}

TEST_F(Limits, TenThousandWaitersAreEachGrantedOnceInTheirOrder) {
  constexpr int kWaiters = 10'000;
  LeaseId holder = std::get<Acquired>(run(acquire("k")).value()).lease.id;
  for (int i = 0; i < kWaiters; ++i) ASSERT_EQ(run(acquire("k", {}, kNoDeadline)), std::nullopt);
  FencingToken token{1};
  for (int i = 0; i < kWaiters; ++i) {
    run(Release{.lease = holder});
    ASSERT_EQ(granted_, 1u) << i;
    holder = last_lease_;
    token = token.next();
    const Lease& lease = state_->leases()[state_->find_lease(holder)];
    ASSERT_EQ(state_->holds()[lease.holds.front()].token, token);
  }
  run(Release{.lease = holder});
  EXPECT_EQ(granted_, 0u);
  EXPECT_EQ(state_->locks().size(), 0u);
}

TEST_F(Limits, ABatchGrantsAThousandAndTheNextGoesOn) {
  const LeaseId writer = std::get<Acquired>(run(acquire("k")).value()).lease.id;
  Acquire reader = acquire("k", {}, kNoDeadline);
  reader.items[0].mode = Mode::shared;
  for (std::size_t i = 0; i < kMaxGrantsPerEntry + 10; ++i) ASSERT_EQ(run(reader), std::nullopt);
  run(Release{.lease = writer});
  EXPECT_LE(granted_, kMaxGrantsPerEntry);
  EXPECT_TRUE(unfinished_);
  std::size_t all = granted_;
  while (unfinished_) run(Cancel{}), all += granted_;
  EXPECT_EQ(all, kMaxGrantsPerEntry + 10);
  EXPECT_EQ(broken_invariants(*state_), std::vector<std::string>{});
}

// Of requests that ended in one event, no order is kept in a snapshot; so they must be forgotten together, or
// a replica that was loaded differs from its writer.
TEST_F(Limits, AReplicaFromASnapshotForgetsTheSame) {
  for (std::uint64_t i = 0; i < 4'000; ++i) {
    const LeaseId lease = open();
    for (std::uint64_t part = 0; part < 3; ++part) {
      Acquire command = acquire("k" + std::to_string(part), lease);
      command.request = tag(i * 7 + part * 1'000'003 + 1);
      run(command);
    }
    run(Release{.lease = lease});
  }
  SnapshotSweep sweep(*state_);
  Bytes bytes;
  while (sweep.next(1'000, bytes)) {
  }
  SnapshotLoader loader;
  loader.feed(bytes);
  State loaded;
  ASSERT_TRUE(loader.finish(loaded));
  for (int minute = 10; minute < 13; ++minute) {
    const JournalTime later = JournalTime(std::chrono::minutes(minute));
    state_->begin_entry(later, {});
    loaded.begin_entry(later, {});
    ASSERT_EQ(state_->digest(), loaded.digest()) << minute;
    ASSERT_EQ(state_->requests().size(), loaded.requests().size());
  }
  EXPECT_EQ(state_->requests().size(), 0u);
  EXPECT_EQ(broken_invariants(*state_), std::vector<std::string>{});
}

TEST_F(Limits, AtMostAMillionEndedRequestsAreRemembered) {
  const LeaseId lease = open();
  for (std::uint64_t i = 0; i < kMaxRemembered + 5; ++i) {
    Release nothing{.lease = lease, .keys = {"k"}};
    nothing.request = tag(i + 1);
    run(nothing);
  }
  EXPECT_EQ(state_->requests().size(), kMaxRemembered);
  EXPECT_FALSE(state_->find_request(tag(5)));
  EXPECT_TRUE(state_->find_request(tag(6)));
}

TEST_F(Limits, OneCommandFitsIntoAnEntry) {
  AcquireEach command{.ttl = kNoExpiry, .alias = {Dialect::keys, std::string(kMaxAliasBytes, 'u')}};
  for (std::size_t i = 0; i < kMaxKeysPerAcquire; ++i) {
    std::string key = std::to_string(i);
    key.resize(kMaxKeyBytes, 'x');
    command.keys.push_back(std::move(key));
  }
  EXPECT_EQ(refusal(command), Code::too_large);
  EXPECT_EQ(state_->leases().size(), 0u);
  command.alias.name.resize(100);
  const auto granted = run(command);
  ASSERT_TRUE(granted && std::holds_alternative<AcquiredEach>(*granted));
  EXPECT_EQ(std::get<AcquiredEach>(*granted).each.size(), kMaxKeysPerAcquire);
}

}  // namespace
}  // namespace holdfast::lock
