#include "keeper/restore.h"

#include "keeper/errc.h"
#include "keeper/incarnation.h"
#include "lock/snapshot.h"

namespace holdfast::keeper {

Result<BackupHead> load_backup(lock::State& state, const ReadBackup& read,
                               const BackupReader::VisitObject& keep) {
  BackupReader file;
  lock::SnapshotLoader loader;
  const auto fed = read([&](ByteView piece) {
    return file.feed(
        piece, [&](ByteView bytes) { loader.feed(bytes); }, keep);
  });
  if (!fed) return fed.error();
  if (const auto whole = file.finish(); !whole) return whole.error();
  if (const auto loaded = loader.finish(state); !loaded) return loaded.error();
  return *file.head();
}

Result<lock::Restored> restore(journal::Journal& journal, lock::State& state, lock::WallTime now,
                               std::optional<lock::Millis> quiet) {
  if (const auto empty = require_empty(journal); !empty) return empty.error();
  auto restored = next_incarnation(state, now, quiet.value_or(quiet_for_lost_leases(state)));
  if (!restored) return restored;
  if (const auto written = write_base(journal, state); !written) return written.error();
  if (const auto begun = begin_incarnation(journal, state, *restored, now); !begun) return begun.error();
  return restored;
}

}  // namespace holdfast::keeper
