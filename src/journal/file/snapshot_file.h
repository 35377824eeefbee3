#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "journal/file/damage.h"
#include "journal/file/directory.h"
#include "journal/file/layout.h"
#include "journal/journal.h"

// One snapshot file: a header, blocks whose checksums are chained to each other, and an end that repeats
// number and size. Names and renaming are the business of snapshot_store.h.

namespace holdfast::journal::file {

// What header and end say, if the file has the size they say; the blocks are not read. Errc::damaged names
// the file and the remedy, Errc::not_a_journal an unknown version.
Result<SnapshotInfo> inspect_snapshot(Directory& directory, const std::string& name);

// Reads and checks every block and visits each chunk, in order, after its own check. Errors as above.
using VisitChunk = std::function<Result<void>(ByteView chunk)>;
Result<SnapshotInfo> read_snapshot_file(Directory& directory, const std::string& name,
                                        const VisitChunk& visit);

// As read_snapshot_file(), with damage as a finding; an Error is a failed read or an unknown version.
struct SnapshotCheck {
  SnapshotInfo info;
  std::optional<Damage> damage;
};
Result<SnapshotCheck> check_snapshot(Directory& directory, const std::string& name, const VisitChunk& visit);

// Writes one file. Dirty pages are pushed out every few MiB, so that the final sync does not hold up the
// appends of the log next to it for long.
class SnapshotFileWriter {
 public:
  static Result<SnapshotFileWriter> create(Directory& directory, std::string name, const Head& head);

  Result<void> write(ByteView chunk);

  // Ends the file, makes it durable, reads it back from the disk and checks it.
  Result<SnapshotInfo> finish();

 private:
  SnapshotFileWriter(Directory& directory, std::string name)
      : directory_(&directory), name_(std::move(name)) {}
  Result<void> put(ByteView bytes);
  Result<void> put_block(ByteView data);

  Directory* directory_;
  std::string name_;
  std::unique_ptr<File> file_;
  std::uint64_t offset_ = 0;
  std::uint64_t synced_ = 0;
  std::uint64_t index_ = 0;
  std::uint32_t crc_ = 0;
  SnapshotInfo info_;
};

}  // namespace holdfast::journal::file
