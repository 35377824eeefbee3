#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "journal/file/names.h"
#include "journal/file/snapshot_file.h"

namespace holdfast::journal::file {

// The snapshots of a directory: which are complete, and how a new one becomes the newest. The newest two are
// kept; older ones go at trim(). begin(), trim() and read() belong to the journal's thread, a writer to its
// own. The directory must outlive the store, and the store its writers.
class SnapshotStore {
 public:
  // Takes stock of the complete snapshots and removes nothing. Errc::damaged when one of the newest two is
  // not what it should be.
  static Result<std::unique_ptr<SnapshotStore>> open(Directory& directory, const Listing& listing);

  // The complete ones that count, oldest first; at most two.
  std::vector<SnapshotInfo> kept() const;
  std::optional<SnapshotInfo> newest() const;

  Result<void> read_newest(const VisitChunk& visit);

  // `appended` is the journal's count of appended bytes, remembered for appended_at_newest().
  Result<std::unique_ptr<SnapshotWriter>> begin(const Head& head, std::uint64_t appended);
  std::uint64_t appended_at_newest() const;

  // Removes every snapshot but the newest two.
  Result<void> trim();

 private:
  class Writer;

  explicit SnapshotStore(Directory& directory) : directory_(directory) {}
  void publish(const SnapshotInfo& info, std::uint64_t appended);

  Directory& directory_;
  mutable std::mutex mutex_;            // guards what follows
  std::vector<SnapshotInfo> complete_;  // the newest two, oldest first
  std::vector<std::uint64_t> surplus_;  // sequences of older files
  std::uint64_t appended_at_newest_ = 0;
  bool writing_ = false;
};

}  // namespace holdfast::journal::file
