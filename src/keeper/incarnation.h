#pragma once

#include "base/error.h"
#include "journal/journal.h"
#include "lock/event.h"
#include "lock/state.h"

// How a cell goes on in a new journal (protocol.md 6). Its next incarnation gives tokens and revisions that
// are larger than any that the one before can have given after the state was copied, whatever that did.
//
// The new journal begins with the state as a snapshot before any entry, and is no journal yet: every keeper
// refuses it as unfinished, and all this may begin again. Its first entry makes it one. So a crash at any
// point leaves a journal that is whole, or one that nothing was ever granted from.

namespace holdfast::keeper {

// What the next incarnation begins with. `now` lets it lie beyond what may have been given since: both
// numbers grow by 2^32 and by 2^11 for each millisecond since the state's last entry, and to at least 2^11
// times the milliseconds since 1970, so that a state that is gone on from twice repeats nothing either, as
// long as no two million grants a second are made all the time. Errc::wrong_clock when `now` lies before 2026
// or after 2100, or a number would not stay below 2^53. Nothing is granted for `quiet`, or for as long as the
// state itself still has to be quiet.
Result<lock::Restored> next_incarnation(const lock::State& state, lock::WallTime now, lock::Millis quiet);

// For how long a lease that was given after the state was copied may still be relied on, if its ttl is none
// that was never given before: the longest so far, at least 30 s.
lock::Millis quiet_for_lost_leases(const lock::State& state);

// Errc::not_empty unless the journal is empty, or an unfinished one.
Result<void> require_empty(const journal::Journal& journal);

// Makes the journal, which is empty or unfinished, an unfinished one of this state. Durable on return.
// Blocks.
Result<void> write_base(journal::Journal& journal, lock::State& state);

// Appends the first entry to a journal that write_base() has prepared with this state.
Result<void> begin_incarnation(journal::Journal& journal, const lock::State& state,
                               const lock::Restored& restored, lock::WallTime now);

}  // namespace holdfast::keeper
