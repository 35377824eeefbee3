#include "cli/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::cli {
namespace {

using namespace std::chrono_literals;

client::Problem held() {
  client::Problem problem{.status = 409, .code = "held", .detail = "the server's words"};
  problem.holders.push_back({.owner = "alice@host1 (pid 12)", .held = 190s, .expires_in = 12s});
  problem.queue_length = 2;
  return problem;
}

TEST(DescribeRefusal, SaysWhoHoldsAndHowLongTheQueueIs) {
  EXPECT_EQ(describe_refusal({"deploy/prod"}, held()),
            "deploy/prod is held by alice@host1 (pid 12) for 3m10s, expires in 12s, 2 waiting");
}

TEST(DescribeRefusal, NamesReasonOtherHoldersAndMissingExpiry) {
  auto problem = held();
  problem.holders[0].expires_in.reset();
  problem.holders[0].reason = "release 7";
  problem.holders.push_back({.owner = "bob"});
  problem.queue_length.reset();
  EXPECT_EQ(
      describe_refusal({"a", "b"}, problem),
      "a and 1 other key is held by alice@host1 (pid 12) for 3m10s (release 7), without expiry, and 1 more");
}

TEST(DescribeRefusal, NamesTheOneKeyOfSeveralThatIsInTheWay) {
  auto problem = held();
  problem.key = "b";
  EXPECT_THAT(describe_refusal({"a", "b", "c"}, problem), testing::StartsWith("b is held by alice"));
}

TEST(DescribeRefusal, NamesTheDialectOfAHolder) {
  auto problem = held();
  problem.holders[0].dialect = "redlock";
  EXPECT_THAT(describe_refusal({"a"}, problem), testing::HasSubstr("alice@host1 (pid 12) [redlock] for"));
}

TEST(DescribeRefusal, FallsBackToTheServersWordsWhenItMayNotSeeTheHolders) {
  auto problem = held();
  problem.holders.clear();
  problem.queue_length.reset();
  EXPECT_EQ(describe_refusal({"k"}, problem), "the server's words");
  problem.code = "deadlock";
  EXPECT_EQ(describe_refusal({"k"}, problem), "the server's words");
}

TEST(DescribeRefusal, SaysWhenAClosedKeyOpens) {
  const client::Problem problem{.status = 409, .code = "lock_delay", .retry_after = 5s};
  EXPECT_EQ(describe_refusal({"k"}, problem), "k is kept closed after its last holder, opens in 5s");
}

}  // namespace
}  // namespace holdfast::cli
