#include "input.h"
#include "target.h"
#include "trial.h"

using namespace holdfast;

namespace {

constexpr std::size_t kMaxSteps = 60;

// In the ranges of lock::testing::any_step().
lock::testing::Step step_of(fuzz::Input& input) {
  return {.verb = input.up_to(46),
          .pause = input.up_to(11),
          .keys = input.up_to(13),
          .mode = input.up_to(11),
          .lease = input.up_to(7),
          .request = input.up_to(8),
          .first = input.up_to(5),
          .second = input.up_to(4)};
}

}  // namespace

// Commands to the lock rules, which must do what the model does and break no promise; see trial.h.
HOLDFAST_FUZZ_TARGET(lock_commands) {
  fuzz::Input choices(input);
  lock::testing::Steps steps;
  while (!choices.empty() && steps.size() < kMaxSteps) steps.push_back(step_of(choices));
  lock::testing::Trial trial(5);
  const std::string difference = trial.play(steps);
  if (!difference.empty()) std::fputs((difference + '\n').c_str(), stderr);
  HOLDFAST_ASSERT(difference.empty());
}
