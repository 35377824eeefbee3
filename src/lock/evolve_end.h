#pragma once

#include <memory>

#include "lock/state.h"

// How holds, leases and requests end: the steps that several events have in common.

namespace holdfast::lock {

inline constexpr JournalTime kNotClosed = JournalTime::min();

// Until when the key stays closed after a hold of it has ended so at `end`: its lock delay, if the end was
// not its owner's.
JournalTime closed_after(const State& state, Ref<Lock> lock, Ended how, JournalTime end);

void end_hold(State& state, Ref<Hold> hold, Ended how, JournalTime closed_until);

// The lease, which has no holds and no waiters any more, goes; how it ended is remembered.
void end_lease_record(State& state, Ref<Lease> lease, Ended how, std::unique_ptr<Blame> blame);

// The request is remembered as one whose holds have ended, if it has none any more.
void end_request_without_holds(State& state, Ref<Request> request, Ended how);

}  // namespace holdfast::lock
