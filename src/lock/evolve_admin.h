#pragma once

#include "lock/event.h"
#include "lock/state.h"

// What follows from events that are not the doing of a lease's owner: settings, breaks, wishes, restores.

namespace holdfast::lock {

void evolve_admin(State& state, const LockRegistered& event);
void evolve_admin(State& state, const LockUnregistered& event);
void evolve_admin(State& state, const HoldsBroken& event);
void evolve_admin(State& state, const LossesAcknowledged& event);
void evolve_admin(State& state, const ReleaseRequested& event);
void evolve_admin(State& state, const RequestRemembered& event);
void evolve_admin(State& state, const Restored& event);
void evolve_admin(State& state, const Reopened& event);
void evolve_admin(State& state, const DocumentStored& event);
void evolve_admin(State& state, const DocumentRemoved& event);

}  // namespace holdfast::lock
