// Catches, for example: barging, a partial multi-key grant, a waiter that is granted though its lease has
// ended, an expiry that is off by one, a forgotten request in a snapshot, tokens that are given twice.

#include <gtest/gtest.h>

#include "checked.h"
#include "trial.h"

namespace holdfast::lock::testing {
namespace {

TEST(LockRules, AgreeWithTheModel) {
  EXPECT_TRUE(check("the lock rules agree with the model", 2'000, [] {
    const Steps steps = *any_steps();
    const std::size_t slice = *rc::gen::inRange<std::size_t>(50, 3'000);
    Trial trial(slice);
    const std::string difference = trial.play(steps);
    if (!difference.empty()) RC_FAIL(difference);
  }));
}

}  // namespace
}  // namespace holdfast::lock::testing
