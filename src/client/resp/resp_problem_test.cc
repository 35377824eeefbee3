#include "client/resp/resp_problem.h"

#include <gtest/gtest.h>

namespace holdfast::client {
namespace {

TEST(RespProblem, SaysWhoHolds) {
  const Problem problem = problem_of(
      "HELD key=deploy/prod owner=ann expires_in_ms=29948 held_ms=52 lease=3 fencing_token=1 "
      "reason=release%2042 "
      "queue=2 retry_after_ms=29979");
  EXPECT_EQ(problem.code, "held");
  EXPECT_EQ(problem.key, "deploy/prod");
  ASSERT_EQ(problem.holders.size(), 1u);
  EXPECT_EQ(problem.holders[0].owner, "ann");
  EXPECT_EQ(problem.holders[0].reason, "release 42");
  EXPECT_EQ(problem.holders[0].expires_in, Milliseconds(29948));
  EXPECT_EQ(problem.queue_length, 2u);
  EXPECT_EQ(problem.retry_after, Milliseconds(29979));
  EXPECT_FALSE(problem.transient());
}

TEST(RespProblem, SaysHowALeaseHasEnded) {
  const Problem problem =
      problem_of("GONE ended_by=break by=127.0.0.1 reason=too%20slow - the lease has ended - or never was");
  EXPECT_EQ(problem.code, "lease_gone");
  EXPECT_EQ(problem.ended_by, "break");
  EXPECT_EQ(problem.reason, "too slow");
  EXPECT_EQ(problem.detail, "the lease has ended - or never was");
  EXPECT_EQ(problem_of("LOST key=a fencing_token=3 ended_by=max_hold").code, "lease_gone");
}

TEST(RespProblem, TellsWhatMayBeRepeated) {
  EXPECT_TRUE(problem_of("NOLEADER - this server is stopping").transient());
  EXPECT_TRUE(problem_of("OVERLOADED - too many").transient());
  EXPECT_FALSE(problem_of("INVALID field=ttl_ms - a ttl is 100 to 86400000 ms").transient());
}

TEST(RespProblem, ReadsWhateverComes) {
  for (const char* line :
       {"", " ", "HELD", "HELD =", "HELD key", "HELD key= owner=%zz", "ERR unknown command 'X'", " - "}) {
    const Problem problem = problem_of(line);
    EXPECT_FALSE(problem.text().empty());
  }
  EXPECT_EQ(problem_of("ERR unknown command").code, "");
}

}  // namespace
}  // namespace holdfast::client
