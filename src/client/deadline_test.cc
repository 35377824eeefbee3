#include "client/deadline.h"

#include <gtest/gtest.h>

namespace holdfast::client {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(Deadline, CountsFromTheSendTimeAndIsShortenedByR) {
  const Deadline deadline = Deadline::of_grant(seconds(100), milliseconds(0), seconds(30));
  EXPECT_EQ(deadline.at(), seconds(130) - milliseconds(30) - nanoseconds(1));
}

TEST(Deadline, AddsWhatThisAttemptWaitedBeforeItsGrant) {
  const Deadline deadline = Deadline::of_grant(seconds(100), seconds(10), seconds(30));
  EXPECT_EQ(deadline.at(), seconds(140) - milliseconds(40) - nanoseconds(1));
}

// The server's clock may be fast by r and the client's slow by r: the client must still stop first.
TEST(Deadline, PassesBeforeTheServersExpiryAtEveryRateWithinR) {
  for (const auto ttl : {nanoseconds(milliseconds(100)), nanoseconds(seconds(30)), nanoseconds(hours(24))}) {
    const auto millis = std::chrono::duration_cast<milliseconds>(ttl);
    const double client_span =
        static_cast<double>(Deadline::of_renewal(nanoseconds(0), millis).at()->count());
    const double server_span = static_cast<double>(ttl.count()) * 1.001;
    const double slowest_client = client_span / (1 - 0.0005);
    const double fastest_server = server_span / (1 + 0.0005);
    EXPECT_LT(slowest_client, fastest_server);
  }
}

TEST(Deadline, NeverPassesWithoutExpiry) {
  const Deadline deadline = Deadline::of_renewal(seconds(1), std::nullopt);
  EXPECT_FALSE(deadline.passed(hours(1'000'000)));
  EXPECT_EQ(deadline.left(seconds(1)), std::nullopt);
}

TEST(Deadline, HasPassedAtItsVeryInstantAndNeverHasLessThanNothingLeft) {
  const Deadline deadline(seconds(5));
  EXPECT_FALSE(deadline.passed(seconds(5) - nanoseconds(1)));
  EXPECT_TRUE(deadline.passed(seconds(5)));
  EXPECT_EQ(deadline.left(seconds(3)), seconds(2));
  EXPECT_EQ(deadline.left(seconds(9)), seconds(0));
}

// A wait without limit may last for months.
TEST(Deadline, DoesNotOverflowAfterAVeryLongWait) {
  const Deadline deadline = Deadline::of_grant(hours(24 * 3650), hours(24 * 3650), hours(24));
  EXPECT_GT(*deadline.at(), hours(24 * 3650 * 2 - 24 * 4));
}

}  // namespace
}  // namespace holdfast::client
