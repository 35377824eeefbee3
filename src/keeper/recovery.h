#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "journal/journal.h"
#include "lock/state.h"

// The state out of the journal: the newest snapshot, and every entry after it.

namespace holdfast::keeper {

// Fills `state`, which must be new, and says from which snapshot it started: of entry 0 when there is none.
// Blocks, appends nothing, and logs its progress once a second. The error of the journal or of a decoder
// names the entry at which it stopped; the journal is as it was.
Result<journal::SnapshotInfo> rebuild(lock::State& state, journal::Journal& journal,
                                      const MonotonicClock& clock);

}  // namespace holdfast::keeper
