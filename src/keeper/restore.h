#pragma once

#include <functional>
#include <optional>

#include "base/error.h"
#include "journal/journal.h"
#include "keeper/backup_file.h"
#include "lock/event.h"
#include "lock/state.h"

namespace holdfast::keeper {

// The state in a backup. Feeds the file through `read`, which gives it in pieces and stops at the first error
// that it gets; nothing of the state is used before the whole file was seen and found unharmed. `keep` gets
// the objects that the state names, before that: what it does with them must not count by itself. Errors:
// Errc::bad_backup, those of a snapshot's decoder (lock/errc.h), and the reader's own.
using ReadBackup = std::function<Result<void>(const std::function<Result<void>(ByteView piece)>& feed)>;
Result<BackupHead> load_backup(lock::State& state, const ReadBackup& read,
                               const BackupReader::VisitObject& keep);

// Writes a state that load_backup() gave into an empty journal, as the next incarnation of its cell. `quiet`:
// none means that lost leases are waited for (quiet_for_lost_leases()). Nothing is written on Errc::not_empty
// and Errc::wrong_clock. Blocks. Gives the first event of the new journal.
Result<lock::Restored> restore(journal::Journal& journal, lock::State& state, lock::WallTime now,
                               std::optional<lock::Millis> quiet);

}  // namespace holdfast::keeper
