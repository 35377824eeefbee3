// Catches a loader that trusts its bytes: a length that is not checked, a record that refers to nothing, a
// digest that is not compared.

#include <gtest/gtest.h>

#include "checked.h"
#include "lock/snapshot.h"
#include "trial.h"

namespace holdfast::lock::testing {
namespace {

// A state that was left by random commands.
Bytes some_snapshot(const Steps& steps) {
  Trial trial(5);
  trial.play(steps);
  return trial.rig().snapshot();
}

TEST(SnapshotBytes, ChangedOnesAreRefusedAndNeverCrash) {
  EXPECT_TRUE(check("changed snapshots are refused", 300, [] {
    Bytes bytes = some_snapshot(*any_steps());
    const Bytes good = bytes;
    const auto changes = *rc::gen::container<std::vector<std::pair<std::uint32_t, std::uint8_t>>>(
        rc::gen::pair(rc::gen::arbitrary<std::uint32_t>(), rc::gen::arbitrary<std::uint8_t>()));
    for (const auto& [at, value] : changes) bytes[at % bytes.size()] = static_cast<std::byte>(value);
    if (*rc::gen::inRange(0, 4) == 0) bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size()));
    SnapshotLoader loader;
    loader.feed(bytes);
    State state;
    const bool taken = loader.finish(state).has_value();
    RC_ASSERT(taken == (bytes == good));
  }));
}

}  // namespace
}  // namespace holdfast::lock::testing
