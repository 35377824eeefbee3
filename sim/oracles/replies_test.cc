#include "replies.h"

#include <gtest/gtest.h>

namespace holdfast::sim {
namespace {

using lock::FencingToken;
using lock::LeaseId;
using lock::Revision;

lock::Command acquire(std::uint64_t request) {
  lock::Acquire command{.request = {{request, 0}, 7}};
  command.items.push_back({.key = "k"});
  return command;
}

lock::Acquired acquired(std::uint64_t lease, std::uint64_t token) {
  lock::Acquired reply;
  reply.lease.id = LeaseId{lease};
  reply.grants.push_back({.key = "k", .token = FencingToken{token}});
  return reply;
}

// The journal says that lease 1 was granted k under token 1, and lease 2 under token 2 after it.
struct RepliesTest : testing::Test {
  RepliesTest() {
    grant(10, 1);
    ledger.see(Revision{11}, lock::LeaseEnded{.lease = LeaseId{1}});
    grant(12, 2);
    ledger.entry_ended(Revision{12});
  }
  void grant(std::uint64_t revision, std::uint64_t lease) {
    lock::Granted granted{.lease = LeaseId{lease}};
    granted.keys.push_back({.key = "k", .token = FencingToken{lease}});
    ledger.see(Revision{revision}, granted);
  }
  void tell(const Question& question, const Answer& answer, std::uint64_t asked_at = 0) {
    replies.told(Revision{12}, Revision{asked_at}, question, answer);
  }
  bool wrong() const { return violations.any(); }

  Violations violations;
  Ledger ledger{violations};
  Replies replies{ledger, violations};
};

TEST_F(RepliesTest, WhatIsTrueIsFine) {
  tell(acquire(1), {Revision{10}, acquired(1, 1)});
  tell(acquire(1), {Revision{12}, acquired(1, 1)}, 10);
  EXPECT_FALSE(wrong());
  EXPECT_EQ(replies.floor(), Revision{12});
}

TEST_F(RepliesTest, AnAnswerBeforeItIsDurableIsSeen) {
  tell(acquire(1), {Revision{13}, acquired(1, 1)});
  EXPECT_TRUE(wrong());
}

TEST_F(RepliesTest, AStaleAnswerIsSeen) {
  tell(ReadKey{"other"}, {Revision{11}, KeyView{Revision{11}, {}}}, 12);
  EXPECT_TRUE(wrong());
}

TEST_F(RepliesTest, AGrantThatNeverWasIsSeen) {
  tell(acquire(1), {Revision{12}, acquired(2, 1)});
  EXPECT_TRUE(wrong());
}

TEST_F(RepliesTest, ARequestThatIsCarriedOutTwiceIsSeen) {
  tell(acquire(1), {Revision{10}, acquired(1, 1)});
  tell(acquire(1), {Revision{12}, acquired(2, 2)});
  EXPECT_TRUE(wrong());
}

TEST_F(RepliesTest, AGrantThatIsToldToAnotherBodyOfItsRequestIsSeen) {
  tell(acquire(1), {Revision{10}, acquired(1, 1)});
  auto other = std::get<lock::Acquire>(acquire(1));
  other.request.fingerprint = 8;
  tell(lock::Command(other), {Revision{12}, acquired(1, 1)});
  EXPECT_TRUE(wrong());
}

TEST_F(RepliesTest, ALeaseThatIsOpenedTwiceIsSeen) {
  const lock::Command open = lock::OpenLease{.request = {{9, 0}, 7}};
  tell(open, {Revision{10}, lock::LeaseStarted{{.id = LeaseId{1}}}});
  tell(open, {Revision{12}, lock::LeaseStarted{{.id = LeaseId{2}}}});
  EXPECT_TRUE(wrong());
}

TEST_F(RepliesTest, AReadThatShowsAnotherHolderIsSeen) {
  lock::HolderInfo holder;
  holder.lease = LeaseId{1};
  holder.token = FencingToken{1};
  tell(ReadKey{"k"}, {Revision{12}, KeyView{Revision{12}, {holder}}});
  EXPECT_TRUE(wrong());
}

TEST_F(RepliesTest, RefusalsOfWhoDoesNotLeadPromiseNothing) {
  tell(acquire(1), {Revision{}, lock::Refused{.code = lock::Code::no_leader}}, 12);
  EXPECT_FALSE(wrong());
}

}  // namespace
}  // namespace holdfast::sim
