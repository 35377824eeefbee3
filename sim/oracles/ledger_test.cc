#include "ledger.h"

#include <gtest/gtest.h>

namespace holdfast::sim {
namespace {

using lock::FencingToken;
using lock::LeaseId;
using lock::Revision;
using lock::WaiterId;

lock::GrantedKey exclusive(std::string key, std::uint64_t token) {
  return {.key = std::move(key), .token = FencingToken{token}};
}

lock::GrantedKey shared(std::string key, std::uint64_t token, std::string group, std::uint32_t permits = 1,
                        std::uint32_t limit = 0) {
  return {std::move(key), lock::Mode::shared, std::move(group), permits, limit, FencingToken{token}};
}

lock::HolderInfo holder(std::uint64_t lease, std::uint64_t token) {
  lock::HolderInfo info;
  info.lease = LeaseId{lease};
  info.token = FencingToken{token};
  return info;
}

// A history of events, and whether something is found wrong with it.
struct LedgerTest : testing::Test {
  void grant(std::uint64_t lease, lock::GrantedKey key, std::uint64_t waiter = 0,
             lock::RequestTag request = {}) {
    see(lock::Granted{
        .lease = LeaseId{lease}, .waiter = WaiterId{waiter}, .request = request, .keys = {std::move(key)}});
  }
  std::uint64_t wait(std::string key, lock::RequestTag request = {{1, 0}, 7}) {
    lock::WaitBegan began{.request = request};
    began.items.push_back({.key = std::move(key)});
    see(began);
    return revision;
  }
  void see(const lock::Event& event) {
    ledger.see(Revision{++revision}, event);
    ledger.entry_ended(Revision{revision});
  }
  bool wrong() const { return violations.any(); }

  std::uint64_t revision = 100;
  Violations violations;
  Ledger ledger{violations};
};

TEST_F(LedgerTest, OrdinaryLifeIsFine) {
  grant(1, exclusive("k", 1));
  const std::uint64_t waiter = wait("k");
  see(lock::LeaseEnded{.lease = LeaseId{1}});
  grant(2, shared("k", 2, "read", 2, 3), waiter);
  grant(3, shared("k", 3, "read", 1, 3));
  EXPECT_FALSE(wrong());
}

TEST_F(LedgerTest, TwoExclusiveHoldersAreSeen) {
  grant(1, exclusive("k", 1));
  grant(2, exclusive("k", 2));
  EXPECT_TRUE(wrong());
}

TEST_F(LedgerTest, GroupsThatMeetAreSeen) {
  grant(1, shared("k", 1, "a"));
  grant(2, shared("k", 2, "b"));
  EXPECT_TRUE(wrong());
}

TEST_F(LedgerTest, TooManyPermitsAreSeen) {
  grant(1, shared("k", 1, "", 2, 3));
  grant(2, shared("k", 2, "", 2, 3));
  EXPECT_TRUE(wrong());
}

TEST_F(LedgerTest, ATokenThatIsUsedAgainIsSeen) {
  grant(1, exclusive("k", 1));
  grant(2, exclusive("l", 1));
  EXPECT_TRUE(wrong());
}

TEST_F(LedgerTest, ATokenThatADowngradeChangesIsSeen) {
  grant(1, exclusive("k", 1));
  grant(1, shared("k", 1, "a"));
  EXPECT_FALSE(wrong());
  grant(1, shared("k", 2, "a"));
  EXPECT_TRUE(wrong());
}

TEST_F(LedgerTest, ANewcomerWhoOvertakesAWaiterIsSeen) {
  grant(1, shared("k", 1, ""));
  wait("k");
  grant(2, shared("k", 2, ""));
  EXPECT_TRUE(wrong());
}

TEST_F(LedgerTest, AWaiterWhoOvertakesAnotherIsSeen) {
  grant(1, exclusive("k", 1));
  wait("k");
  const std::uint64_t second = wait("k", {{2, 0}, 7});
  see(lock::LeaseEnded{.lease = LeaseId{1}});
  grant(2, exclusive("k", 2), second);
  EXPECT_TRUE(wrong());
}

TEST_F(LedgerTest, AGrantAfterTheEndOfItsWaitIsSeen) {
  const lock::RequestTag request{{5, 0}, 7};
  const std::uint64_t waiter = wait("k", request);
  see(lock::WaitEnded{.waiter = WaiterId{waiter}, .how = lock::WaitEnd::timed_out});
  grant(2, exclusive("k", 2), 0, request);
  EXPECT_TRUE(wrong());
}

TEST_F(LedgerTest, AWaitWhoseClientWasToldNothingMayBeginAnew) {
  const lock::RequestTag request{{5, 0}, 7};
  const std::uint64_t waiter = wait("k", request);
  see(lock::WaitEnded{.waiter = WaiterId{waiter}, .how = lock::WaitEnd::disconnected});
  grant(2, exclusive("k", 2), 0, request);
  EXPECT_FALSE(wrong());
}

TEST_F(LedgerTest, KnowsWhatAReadAtARevisionShows) {
  grant(1, exclusive("k", 1));
  const Revision held{revision};
  see(lock::LeaseEnded{.lease = LeaseId{1}});
  const Revision free{revision};
  EXPECT_TRUE(ledger.showed("k", held, {holder(1, 1)}));
  EXPECT_TRUE(ledger.showed("k", free, {}));
  EXPECT_FALSE(ledger.showed("k", held, {}));
  EXPECT_FALSE(ledger.showed("k", free, {holder(1, 1)}));
  EXPECT_FALSE(ledger.showed("k", held, {holder(1, 2)}));
}

}  // namespace
}  // namespace holdfast::sim
