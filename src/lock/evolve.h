#pragma once

#include "lock/event.h"
#include "lock/state.h"

namespace holdfast::lock {

// Folds one event into the state, at the time of the entry that state.begin_entry() began. Events come from
// decide.h or from the journal; one that contradicts the state is a bug or damage and hits an assertion.
void evolve(State& state, const Event& event);

}  // namespace holdfast::lock
