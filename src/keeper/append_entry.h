#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "journal/journal.h"
#include "lock/event.h"
#include "lock/state.h"

namespace holdfast::keeper {

// Appends an entry behind the head that the journal has, before there is a loop that does it. Blocks; an
// unknown outcome is asked for again for about half a minute. Errors are the journal's own, `in_use` when
// somebody else appended, `unavailable` when the outcome stayed unknown.
Result<void> append_entry(journal::Journal& journal, ByteView entry);

// Appends this event as an entry of its own behind the state, which is the journal's. The same errors.
Result<void> append_event(journal::Journal& journal, const lock::State& state, const lock::Event& event,
                          lock::WallTime now);

}  // namespace holdfast::keeper
