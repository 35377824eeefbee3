#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "journal/journal.h"
#include "keeper/event_hub.h"
#include "lock/state.h"

// How a keeper comes to power: it appends an entry of its own with the next epoch. The journal takes it only
// if nobody else has appended since this keeper read it, and nothing is answered, not even a question, before
// it is durable (protocol.md 4).

namespace holdfast::keeper {

// `state` is what rebuild() made of this journal; `events` gets what is new. An empty journal gets its cell
// first, with an id and a secret from the system's random source. Blocks. Errors are Errc::sealed (errc.h),
// or the journal's own: `in_use` when somebody else appended, `unavailable` when the outcome stayed unknown;
// the caller must then not use this state or journal any more.
Result<void> take_over(lock::State& state, journal::Journal& journal, const WallClock& wall,
                       EventHub& events);

}  // namespace holdfast::keeper
