#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "journal/file/log_writer.h"
#include "journal/file/object_store.h"
#include "journal/file/segment_pool.h"
#include "journal/file/snapshot_store.h"
#include "journal/journal.h"

// The journal in a directory of a local disk. A log of numbered segment files of fixed size, made or recycled
// ahead of their use, and snapshots beside it. One append is one write to blocks that exist already, with
// O_DIRECT and O_DSYNC where the file system has them: one device flush, no metadata, no allocation. How it
// is read after a crash is told in log_scan.h, byte for byte in docs/format/file-journal.md.
//
// After a failed write or sync nobody knows what the disk holds, and a second sync that succeeds proves
// nothing; so the first failure is kept, and every later append returns it.

namespace holdfast::journal::file {

class FileJournal final : public Journal {
 public:
  using Warn = std::function<void(std::string)>;

  // Locks, makes or recovers the journal in `directory`. Errors: Errc::in_use, unsupported, not_a_journal,
  // damaged, no_space, or errno of a failed operation.
  static Result<std::unique_ptr<Journal>> open(std::unique_ptr<Directory> directory,
                                               const OpenOptions& options, const Warn& warn);

  Durability durability() const override;
  Head head() const override { return end_.head; }
  Result<void> refresh() override { return {}; }  // the directory is locked
  Result<void> reserve(std::size_t bytes) override;
  Result<Append> append(const Head& previous, const AppendId& id, ByteView entry) override;
  Result<void> read(std::uint64_t first, const Visit& visit) override;
  std::optional<SnapshotInfo> latest_snapshot() const override { return snapshots_->newest(); }
  Result<void> read_snapshot(const VisitChunk& visit) override { return snapshots_->read_newest(visit); }
  Result<std::unique_ptr<SnapshotWriter>> begin_snapshot(const Head& head) override;
  Result<void> trim() override;
  std::uint64_t bytes_since_snapshot() const override { return appended_ - snapshots_->appended_at_newest(); }
  Objects& objects() override { return objects_; }

 private:
  FileJournal(std::unique_ptr<Directory> directory, const OpenOptions& options, const Warn& warn);

  Result<void> start(const Warn& warn);
  Result<void> recover(const Listing& listing, const Warn& warn);
  Result<std::vector<std::string>> usable_spares(const Listing& listing);
  Result<void> make_pool(std::vector<std::string> spares, std::size_t count, const Warn& warn);
  Result<void> write_marker();

  Result<void> roll();
  Result<bool> is_mine(const Head& previous, const AppendId& id, ByteView entry);

  // Both stop when `visit` returns false or an error; read_segment() then returns the same.
  using VisitRecord = std::function<Result<bool>(const Record& record)>;
  Result<void> read_records(std::uint64_t first, const VisitRecord& visit);
  Result<bool> read_segment(const Segment& segment, std::uint64_t first, std::uint64_t last,
                            const VisitRecord& visit);

  std::unique_ptr<Directory> directory_;
  OpenOptions options_;
  ObjectStore objects_{*directory_};
  DirectMode mode_;
  std::unique_ptr<SnapshotStore> snapshots_;
  std::unique_ptr<SegmentPool> pool_;
  LogWriter writer_;
  std::vector<Segment> segments_;      // of the log, oldest first; the last one is writer_'s
  std::vector<std::string> leftover_;  // trimmed before the start, but the crash undid it
  LogPosition end_;
  std::uint64_t appended_ = 0;  // bytes of entries since the newest snapshot at the start, or since the start
  std::optional<Error> failure_;
};

}  // namespace holdfast::journal::file
