#include "cli/run/loss_guard.h"

#include <gtest/gtest.h>

namespace holdfast::cli {
namespace {

using namespace std::chrono_literals;
using client::Deadline;

constexpr auto kGrace = 5s;
constexpr auto kMargin = 50ms;
const Deadline kDeadline(100s);

TEST(LossGuard, TermsBeforeTheDeadlineByTheGraceAndKillsJustBeforeIt) {
  LossGuard guard(kGrace, kMargin);
  EXPECT_EQ(guard.step(90s, kDeadline, false), GuardAction::none);
  EXPECT_EQ(guard.next(kDeadline), 94'950ms);
  EXPECT_EQ(guard.step(94'949ms, kDeadline, false), GuardAction::none);
  EXPECT_FALSE(guard.lost());
  EXPECT_EQ(guard.step(94'950ms, kDeadline, false), GuardAction::terminate);
  EXPECT_TRUE(guard.lost());
  EXPECT_EQ(guard.next(kDeadline), 99'950ms);
  EXPECT_EQ(guard.step(99'949ms, kDeadline, false), GuardAction::none);
  EXPECT_EQ(guard.step(99'950ms, kDeadline, false), GuardAction::kill);
  EXPECT_EQ(guard.step(101s, kDeadline, false), GuardAction::none);
  EXPECT_EQ(guard.next(kDeadline), std::nullopt);
}

TEST(LossGuard, FollowsADeadlineThatRenewalsMove) {
  LossGuard guard(kGrace, kMargin);
  EXPECT_EQ(guard.step(90s, kDeadline, false), GuardAction::none);
  EXPECT_EQ(guard.step(99s, Deadline(130s), false), GuardAction::none);
  EXPECT_EQ(guard.next(Deadline(130s)), 124'950ms);
}

TEST(LossGuard, DoesNotTakeBackATermWhenARenewalComesLate) {
  LossGuard guard(kGrace, kMargin);
  EXPECT_EQ(guard.step(95s, kDeadline, false), GuardAction::terminate);
  EXPECT_EQ(guard.step(96s, Deadline(130s), false), GuardAction::none);
  EXPECT_EQ(guard.step(99'950ms, Deadline(130s), false), GuardAction::kill);
}

// The machine slept, or this process was stopped, over the deadline.
TEST(LossGuard, KillsAtOnceWhenItWakesUpTooLate) {
  LossGuard guard(kGrace, kMargin);
  EXPECT_EQ(guard.step(300s, kDeadline, false), GuardAction::kill);
  EXPECT_TRUE(guard.lost());
}

TEST(LossGuard, GivesTheGraceAfterTheServerEndedTheLease) {
  LossGuard guard(kGrace, kMargin);
  EXPECT_EQ(guard.step(80s, kDeadline, true), GuardAction::terminate);
  EXPECT_EQ(guard.next(kDeadline), 85s);
  EXPECT_EQ(guard.step(85s, kDeadline, true), GuardAction::kill);
}

TEST(LossGuard, GivesNoGraceBeyondTheDeadline) {
  LossGuard guard(kGrace, kMargin);
  EXPECT_EQ(guard.step(97s, Deadline(103s), true), GuardAction::terminate);
  EXPECT_EQ(guard.next(Deadline(103s)), 102s);
  LossGuard late(kGrace, kMargin);
  EXPECT_EQ(late.step(94s, Deadline(95s), true), GuardAction::terminate);
  EXPECT_EQ(late.next(Deadline(95s)), 94'950ms);
}

TEST(LossGuard, NeverActsOnALeaseWithoutExpiryUntilTheServerEndsIt) {
  LossGuard guard(kGrace, kMargin);
  EXPECT_EQ(guard.step(10'000'000s, Deadline(), false), GuardAction::none);
  EXPECT_EQ(guard.next(Deadline()), std::nullopt);
  EXPECT_EQ(guard.step(10'000'001s, Deadline(), true), GuardAction::terminate);
  EXPECT_EQ(guard.next(Deadline()), 10'000'006s);
}

TEST(LossGuard, KillsWithoutTermWhenThereIsNoGrace) {
  LossGuard guard(0s, kMargin);
  EXPECT_EQ(guard.step(99'949ms, kDeadline, false), GuardAction::none);
  EXPECT_EQ(guard.step(99'950ms, kDeadline, false), GuardAction::kill);
}

}  // namespace
}  // namespace holdfast::cli
