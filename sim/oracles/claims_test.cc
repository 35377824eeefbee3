#include "claims.h"

#include <gtest/gtest.h>

namespace holdfast::sim {
namespace {

using lock::FencingToken;
using lock::LeaseId;
using lock::Millis;
using lock::Revision;
using std::chrono::milliseconds;

lock::Acquire acquire(std::optional<LeaseId> under = {}, lock::Mode mode = lock::Mode::exclusive) {
  lock::Acquire command{.lease = under};
  command.items.push_back({.key = "k", .mode = mode});
  return command;
}

lock::Acquired acquired(std::uint64_t lease, std::uint64_t token, std::optional<Millis> expires_in,
                        lock::Mode mode = lock::Mode::exclusive) {
  lock::Acquired reply;
  reply.lease.id = LeaseId{lease};
  reply.lease.expires_in = expires_in;
  reply.grants.push_back({.key = "k", .mode = mode, .token = FencingToken{token}});
  return reply;
}

// Clients told of things at moments of true time, with clocks that are right.
struct ClaimsTest : testing::Test {
  void grant(std::uint64_t lease, std::uint64_t token) {
    lock::Granted granted{.lease = LeaseId{lease}};
    granted.keys.push_back({.key = "k", .token = FencingToken{token}});
    see(granted);
  }
  void see(const lock::Event& event) {
    claims.see(now, Revision{++revision}, event);
    ledger.see(Revision{revision}, event);
  }
  void tell(const Question& question, const lock::Reply& reply) {
    claims.told(now, {0, clock, now, {}}, question, {Revision{revision}, reply});
  }
  // Grants lease `lease` the key for a second, and tells it so.
  void take(std::uint64_t lease, std::uint64_t token) {
    grant(lease, token);
    tell(lock::Command(acquire()), acquired(lease, token, Millis(1'000)));
  }
  bool wrong() const { return violations.any(); }

  std::uint64_t revision = 0;
  Nanos now{};
  Schedule schedule;
  MachineClock clock{schedule, Nanos(0), 0};
  Violations violations;
  Ledger ledger{violations};
  Claims claims{ledger, true, violations};
};

TEST_F(ClaimsTest, OneAfterTheOtherIsFine) {
  take(1, 1);
  now = milliseconds(1'000);
  see(lock::LeaseEnded{.lease = LeaseId{1}, .how = lock::Ended::expiry});
  take(2, 2);
  EXPECT_FALSE(wrong());
  EXPECT_EQ(claims.judged(), 2u);
}

TEST_F(ClaimsTest, AnEarlyExpiryIsSeen) {
  take(1, 1);
  now = milliseconds(990);
  see(lock::LeaseEnded{.lease = LeaseId{1}, .how = lock::Ended::expiry});
  EXPECT_TRUE(wrong());
}

TEST_F(ClaimsTest, ARenewalMovesTheEnd) {
  take(1, 1);
  now = milliseconds(900);
  tell(lock::Command(lock::Renew{LeaseId{1}, {}}),
       lock::Renewed{{.id = LeaseId{1}, .expires_in = Millis(1'000)}, {}, {}});
  now = milliseconds(1'500);
  see(lock::LeaseEnded{.lease = LeaseId{1}, .how = lock::Ended::expiry});
  EXPECT_TRUE(wrong());
}

TEST_F(ClaimsTest, AHoldThatWasNeverThereIsSeen) {
  tell(lock::Command(acquire()), acquired(1, 1, Millis(1'000)));
  EXPECT_TRUE(wrong());
}

TEST_F(ClaimsTest, TwoWhoCountOnAKeyAreSeen) {
  take(1, 1);
  see(lock::HoldsBroken{.lease = LeaseId{1}});
  grant(2, 2);
  tell(lock::Command(acquire()), acquired(2, 2, Millis(1'000)));
  EXPECT_TRUE(wrong());
}

TEST_F(ClaimsTest, WhoIsBrokenAtOnceNoLongerCounts) {
  take(1, 1);
  see(lock::HoldsBroken{.lease = LeaseId{1}, .now = true});
  take(2, 2);
  EXPECT_FALSE(wrong());
}

TEST_F(ClaimsTest, WhoAsksForReleaseNoLongerCounts) {
  take(1, 1);
  claims.asks(lock::Command(lock::Release{.lease = LeaseId{1}, .keys = {}}));
  see(lock::LeaseEnded{.lease = LeaseId{1}});
  take(2, 2);
  EXPECT_FALSE(wrong());
}

TEST_F(ClaimsTest, WhoAsksToShareNoLongerCountsOnBeingAlone) {
  take(1, 1);
  claims.asks(lock::Command(acquire(LeaseId{1}, lock::Mode::shared)));
  grant(2, 2);
  tell(lock::Command(acquire()), acquired(2, 2, Millis(1'000), lock::Mode::shared));
  EXPECT_FALSE(std::ranges::any_of(violations.all(), [](const std::string& text) {
    return text.find("both count") != std::string::npos;
  }));
}

}  // namespace
}  // namespace holdfast::sim
