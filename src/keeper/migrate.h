#pragma once

#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "journal/journal.h"
#include "lock/event.h"
#include "lock/view.h"

namespace holdfast::keeper {

struct Migrated {
  lock::Restored restored;  // the first event of the new journal
  lock::Counts counts;      // of what goes on
};

// Lets the cell of `from` go on in `to`, which is empty; no keeper has either. Nothing is lost, so nothing is
// waited for: every lease in force is in the state, with its remaining time.
//
// In this order: the state is written into `to`, which is unfinished still; `from` is sealed with the name
// `successor`, and nobody can go on with it any more; the first entry of `to` makes it a journal. A crash
// before the seal leaves `from` as it was, one after it a sealed `from`; the same call again then goes on
// where it was, so there are never two journals that grant. Errors: Errc::not_empty, wrong_clock, sealed (for
// another successor, or when all was done before), those of rebuild() and of the journals.
Result<Migrated> migrate(journal::Journal& from, journal::Journal& to, const std::string& successor,
                         lock::WallTime now, const MonotonicClock& clock);

}  // namespace holdfast::keeper
