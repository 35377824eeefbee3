#pragma once

#include <cstdint>
#include <string>

#include "journal/file/durable_file.h"
#include "journal/file/layout.h"
#include "journal/file/log_scan.h"

namespace holdfast::journal::file {

// The last segment of the log and the place where the next record goes. An error other than a refused
// O_DIRECT leaves the file in a state that nobody knows; the caller must not write again. `directory` and
// `mode` must outlive it.
class LogWriter {
 public:
  LogWriter(Directory& directory, DirectMode& mode)
      : directory_(directory), mode_(mode), buffer_(kMaxRecordBytes) {}

  // Goes on where recovery found the end. What lies there of a torn record is zeroed first, so that no part
  // of it can ever be taken for a record; that is at most one record long, because appends are one at a time.
  Result<void> resume(const LogScan& scan);

  // Makes the spare file the next segment, beginning after `base`.
  Result<void> roll(const std::string& spare, const LogPosition& base);

  std::uint64_t ordinal() const { return ordinal_; }
  bool has_room(std::size_t entry_bytes) const { return offset_ + record_bytes(entry_bytes) <= file_bytes_; }

  // Durable when it returns; the result is the record's checksum. There must be room. Allocates nothing and
  // copies the entry once.
  Result<std::uint32_t> append(const LogPosition& previous, const AppendId& id, const Chain& chain,
                               ByteView entry);

 private:
  Result<void> cut();

  Directory& directory_;
  DirectMode& mode_;
  AlignedBuffer buffer_;
  std::unique_ptr<DurableFile> file_;
  std::uint64_t ordinal_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace holdfast::journal::file
