#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "lock/command.h"
#include "lock/event.h"
#include "lock/reply.h"
#include "lock/state.h"

// Every rule of what may happen. Pure: the same state, time and command give the same decision, and nothing
// is changed; the events are folded in by evolve().

namespace holdfast::lock {

// Of one decision: rarely more than two.
using Events = boost::container::small_vector<Event, 2>;

struct Decision {
  Events events;
  std::optional<Reply> reply;
  WaiterId waiter{};  // without a reply: the sender waits, as this waiter
};

Decision decide(const State& state, JournalTime now, const Command& command);

// Grants what the waiter, which is grantable(), waits for; the reply is for everyone attached to it.
Decision decide_grant(const State& state, JournalTime now, Ref<Waiter> waiter);

// What follows when the earliest deadline of the state has passed.
Events decide_due(const State& state, JournalTime now, TimerTarget due);

// What everyone who is attached to the waiter is told when its wait ends so.
Reply wait_end_reply(const State& state, JournalTime now, Ref<Waiter> waiter, const WaitEnded& event);

// The answer to a request that was carried out before: the same again, or that the id is another request's.
// None for a new one.
std::optional<Decision> repeated(const State& state, JournalTime now, const RequestTag& tag);

// The same for an acquire: its wait goes on, or it is told again what it was granted or how it ended.
Decision repeat_acquire(const State& state, JournalTime now, const Acquire& command, Ref<Request> request);

// The waits that cannot go on when the lease loses these holds (protocol.md 24).
Events end_waits_on(const State& state, Ref<Lease> lease, const std::vector<std::string>& held);
// All waits of a lease that is about to end.
Events end_waits(const State& state, Ref<Lease> lease);

// Ends a lease whole: its waiters first, then one event of fixed size for all its holds.
Events end_lease(const State& state, Ref<Lease> lease, Ended how, Millis keep_for, const RequestTag& request);

// The parts of decide(), one file each.
Decision decide_acquire(const State& state, JournalTime now, const Acquire& command);
Decision decide_poll(const State& state, JournalTime now, const Acquire& command);
Decision decide_acquire_each(const State& state, JournalTime now, const AcquireEach& command);
Decision decide_release_each(const State& state, JournalTime now, const ReleaseEach& command);
Decision decide_open_lease(const State& state, JournalTime now, const OpenLease& command);
Decision decide_renew(const State& state, JournalTime now, const Renew& command);
Decision decide_release(const State& state, JournalTime now, const Release& command);
Decision decide_cancel(const State& state, JournalTime now, const Cancel& command);
Decision decide_register(const State& state, JournalTime now, const Register& command);
Decision decide_unregister(const State& state, JournalTime now, const Unregister& command);
Decision decide_break(const State& state, JournalTime now, const Break& command);
Decision decide_request_release(const State& state, JournalTime now, const RequestRelease& command);
Decision decide_store(const State& state, JournalTime now, const StoreDocument& command);
Decision decide_remove(const State& state, JournalTime now, const RemoveDocument& command);
Decision decide_detach(const State& state, JournalTime now, const Detach& command);
Decision decide_abandon(const State& state, JournalTime now, const Abandon& command);

}  // namespace holdfast::lock
