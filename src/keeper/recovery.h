#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/error.h"
#include "journal/journal.h"
#include "lock/state.h"

// How a keeper comes to power: it rebuilds the state from the newest snapshot and the entries after it, and
// then appends an entry of its own, with the next epoch. That entry is its claim: the journal takes it only
// if nobody else has appended meanwhile, and nothing is answered before it is durable (protocol.md 4).

namespace holdfast::keeper {

struct Recovered {
  journal::Head head;              // the takeover entry
  journal::SnapshotInfo snapshot;  // from which it started; of entry 0 when there was none
};

// Fills `state`, which must be new. An empty journal gets its cell first, with an id and a secret from the
// system's random source. Blocks, and logs its progress once a second. The error of the journal or of the
// decoder says at which entry it stopped; the journal is unharmed then.
Result<Recovered> recover(lock::State& state, journal::Journal& journal, const MonotonicClock& clock,
                          const WallClock& wall);

}  // namespace holdfast::keeper
