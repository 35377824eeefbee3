#pragma once

#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "journal/journal.h"
#include "keeper/event_hub.h"
#include "lock/state.h"

// The state out of the journal: the newest snapshot, and every entry after it.

namespace holdfast::keeper {

struct Rebuilt {
  journal::SnapshotInfo snapshot;  // from which it started; of entry 0 when there is none
  std::optional<lock::WallTime> snapshot_covers_until;
};

// Fills `state`, which must be new; `events` gets those after the snapshot.
// Blocks, appends nothing, and logs its progress once a second. The error of the journal or of a decoder
// names the entry at which it stopped; the journal is as it was.
Result<Rebuilt> rebuild(lock::State& state, journal::Journal& journal, const MonotonicClock& clock,
                        EventHub& events);

}  // namespace holdfast::keeper
