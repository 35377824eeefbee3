#pragma once

#include "lock/reply.h"
#include "lock/state.h"

// What replies and views tell of records.

namespace holdfast::lock {

inline constexpr std::string_view kDefaultGroup = "read";

// A group as it is shown: the default one has a name.
std::string_view shown_group(Mode mode, std::string_view group);
// As it is kept and compared: the default one, named or not, and that of an exclusive request are empty.
std::string_view kept_group(Mode mode, std::string_view group);
LeaseInfo lease_info(const State& state, const Lease& lease, JournalTime now);
HolderInfo holder_info(const State& state, const Hold& hold, JournalTime now);
WaiterInfo waiter_info(const State& state, const Place& place, std::size_t position, JournalTime now);
// A present hold as the answer to a repeated acquire shows it.
Grant grant_info(const State& state, const Hold& hold, JournalTime now);

// The holders, the oldest first, and the waiters from the head, at most so many;
std::vector<HolderInfo> holders_of(const State& state, const Lock& lock, std::size_t most, JournalTime now);
// the waiters only up to `end`, if that is one of them.
std::vector<WaiterInfo> waiters_of(const State& state, const Lock& lock, std::size_t most, JournalTime now,
                                   Ref<Place> end = {});

// The fence floor of a grant that is not in the state yet: the smallest of its token and those of the holders
// other than `own`.
FencingToken floor_with(const State& state, Ref<Lock> lock, Ref<Hold> own, FencingToken token);

// How an ended lease ended, while that is remembered.
std::optional<EndedInfo> how_ended(const State& state, LeaseId lease);

// What the lease has lost, by ascending token.
std::vector<LossInfo> losses_of(const State& state, const Lease& lease);

// `value`, or what a setting allows at most, if it says anything; -1 is more than everything.
Millis at_most(Millis value, const Settings* settings, Millis Settings::*most);

// How long something lives, as it is told: none for no expiry.
std::optional<Millis> told(Millis life);

Ref<Hold> find_by_token(const State& state, Ref<Lock> lock, FencingToken token);

// The oldest that fits; none when there is none.
Ref<Lease> find_aliased(const State& state, const AliasedHold& alias);

// The lease of an acquire ends with the first of its holds that has a cap; `grants` are told of those.
void cap_lease(const std::vector<Grant>& grants, LeaseInfo& lease);

Refused refuse(Code code, std::string detail);
Refused lease_gone(const State& state, LeaseId lease);
// Names who stands in the way at `lock`: holders, queue, and when to try again. `place` is that of the
// refused itself, when it has waited: neither it nor those behind it are in its way. No lock: the key is not
// in use, but nothing is granted for a while.
Refused refuse_held(const State& state, Ref<Lock> lock, JournalTime now, Ref<Place> place = {});

}  // namespace holdfast::lock
