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

// A journal that goes on from another begins with that one's state as a snapshot, and is one only with its
// first entry: until then nothing can ever have been granted from it.
bool is_unfinished(const journal::Journal& journal);

// Fills `state`, which must be new; `events` gets those after the snapshot.
// Blocks, appends nothing, and logs its progress once a second. The error of the journal or of a decoder
// names the entry at which it stopped; the journal is as it was. Errc::unfinished is as above, and
// lock::Errc::unknown_feature that a newer program has written it.
Result<Rebuilt> rebuild(lock::State& state, journal::Journal& journal, const MonotonicClock& clock,
                        EventHub& events);

}  // namespace holdfast::keeper
