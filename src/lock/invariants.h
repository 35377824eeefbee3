#pragma once

#include <string>
#include <vector>

#include "lock/state.h"

namespace holdfast::lock {

// What is wrong with the state, one sentence each; empty when all is well. For tests and the simulator: it
// looks at every record, so it costs O(state). Ask between batches; inside one, a lease may have been opened
// and not been granted anything yet.
std::vector<std::string> broken_invariants(const State& state);

// The digest made anew from every record, without the counters; state.digest() must be it plus those.
SetDigest recomputed_digest(const State& state);

}  // namespace holdfast::lock
