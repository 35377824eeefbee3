#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "journal/journal.h"
#include "keeper/event_hub.h"
#include "lock/state.h"

// How a keeper comes to power: it appends an entry of its own with the next epoch. The journal takes it only
// if nobody else has appended since this keeper read it, and nothing is answered, not even a question, before
// it is durable (protocol.md 4).

namespace holdfast::keeper {

// The entry with which a keeper begins, folded into `state` already: the next epoch, or, where the journal is
// empty and has no cell yet, the cell, with an id and a secret from the system's random source. The state
// must not be used any more when the journal refuses it. `next` is the entry's number.
Bytes claim(lock::State& state, std::uint64_t next, lock::WallTime now, EventHub& events);

// `state` is what rebuild() made of this journal, to which nobody else appends; `events` gets what is new.
// Blocks. Errors are Errc::sealed (errc.h),
// or the journal's own: `in_use` when somebody else appended, `unavailable` when the outcome stayed unknown;
// the caller must then not use this state or journal any more.
Result<void> take_over(lock::State& state, journal::Journal& journal, const WallClock& wall,
                       EventHub& events);

}  // namespace holdfast::keeper
