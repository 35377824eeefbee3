#pragma once

#include "lock/findings.h"
#include "lock/state.h"

namespace holdfast::lock {

// The part of broken_invariants() for caps, losses, registrations and wishes.
void check_governance(const State& state, Findings& findings);

}  // namespace holdfast::lock
