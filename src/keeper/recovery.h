#pragma once

#include <optional>

#include "base/bytes.h"
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

// The state of the newest snapshot; of entry 0, and nothing in `state`, when there is none. `state` must be
// new. Blocks. Errc::unavailable of the journal: another server put a newer one in its place meanwhile.
Result<journal::SnapshotInfo> load_snapshot(lock::State& state, journal::Journal& journal,
                                            const MonotonicClock& clock);

// One entry that came out of the journal, folded into the state; `events` sees it and is not told that it is
// durable. The error names the entry.
Result<void> replay_entry(lock::State& state, std::uint64_t sequence, ByteView bytes, EventHub& events);

// lock::Errc::unknown_feature when a newer program has written this state.
Result<void> check_level(const lock::State& state);

// Fills `state`, which must be new; `events` gets those after the snapshot.
// Blocks, appends nothing, and logs its progress once a second. The error of the journal or of a decoder
// names the entry at which it stopped; the journal is as it was. Errc::unfinished is as above, and
// lock::Errc::unknown_feature that a newer program has written it.
Result<Rebuilt> rebuild(lock::State& state, journal::Journal& journal, const MonotonicClock& clock,
                        EventHub& events);

}  // namespace holdfast::keeper
