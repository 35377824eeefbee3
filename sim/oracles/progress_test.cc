#include "progress.h"

#include <gtest/gtest.h>

#include "deterministic_random.h"
#include "endpoint.h"
#include "network.h"
#include "server.h"

namespace holdfast::sim {
namespace {

// One server and no clients but the janitor.
struct ProgressTest : testing::Test {
  bool finish(std::size_t open_questions) {
    Progress progress({schedule, plan, network, {&endpoint}, referee, Random(4), connections});
    progress.finish([=] { return open_questions; },
                    [this](Nanos end) {
                      while (!referee.violations().any() && schedule.step(end)) {
                      }
                      return !referee.violations().any();
                    });
    return !referee.violations().any();
  }

  RandomSource source{Random(1)};
  Plan plan{.clients = 1, .keys = 2};
  Schedule schedule;
  Trace trace{schedule, nullptr};
  Referee referee{schedule, trace, true};
  Store store{schedule, Random(2),
              [this](std::uint64_t sequence, ByteView entry) { referee.durable(sequence, entry); }};
  Network network{schedule, Random(3), 2, 1};
  Server server{{schedule, store, Random(5), Nanos(0), 0},
                {},
                {.looked_at = [](const lock::State&) {}, .fatal = [](const Error&) {}}};
  Endpoint endpoint{0, server, network};
  std::uint64_t connections = 0;
};

TEST_F(ProgressTest, AServerThatWorksComesToTheEnd) {
  ASSERT_TRUE(server.start());
  EXPECT_TRUE(finish(0));
}

TEST_F(ProgressTest, AQuestionThatIsNeverAnsweredIsSeen) {
  ASSERT_TRUE(server.start());
  EXPECT_FALSE(finish(1));
}

TEST_F(ProgressTest, AKeyThatCannotBeLockedIsSeen) {
  ASSERT_TRUE(server.start());
  server.pause(std::chrono::hours(1));
  EXPECT_FALSE(finish(0));
}

}  // namespace
}  // namespace holdfast::sim
