#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "journal/file/directory.h"
#include "journal/file/layout.h"

namespace holdfast::journal::file {

struct Record {
  RecordHeader header;
  ByteView entry;       // valid until the reader is asked again
  std::uint64_t bytes;  // with header and padding
};

// Reads one segment through the page cache. It says what is a record; whether it is the right one, its caller
// knows.
class SegmentReader {
 public:
  // `fresh` reads from the disk what an earlier process may have left in the cache. Errc::damaged when there
  // is no valid header (the error does not name the file), Errc::not_a_journal for an unknown version.
  enum class Cache { use, fresh };
  static Result<SegmentReader> open(Directory& directory, std::uint64_t ordinal, Cache cache);

  const SegmentHeader& header() const { return header_; }
  std::uint64_t file_bytes() const { return file_bytes_; }

  // The record at `offset`, if there is a whole one with the right checksum and of this generation.
  Result<std::optional<Record>> at(std::uint64_t offset);

  // Whether the block at `offset` begins like a record of this generation, whole or not.
  Result<bool> bears_generation(std::uint64_t offset);

 private:
  SegmentReader() = default;
  Result<ByteView> view(std::uint64_t offset, std::size_t bytes);

  std::unique_ptr<File> file_;
  SegmentHeader header_{};
  std::uint64_t file_bytes_ = 0;
  Bytes window_;  // the part of the file from window_offset_
  std::uint64_t window_offset_ = 0;
  std::size_t window_bytes_ = 0;
};

}  // namespace holdfast::journal::file
