#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "journal/journal.h"

// The bytes of a file journal, described for readers of hex dumps in docs/format/file-journal.md. Integers
// are little-endian, as base/bytes.cc asserts of the machine, so headers are written as they lie in memory.

namespace holdfast::journal::file {

inline constexpr std::size_t kBlockBytes = 4096;
inline constexpr std::uint32_t kFormatVersion = 1;

// 64 random bits of the system's generator.
std::uint64_t random_u64();

constexpr std::uint64_t round_up_to_block(std::uint64_t bytes) {
  return (bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
}

// First block of a segment, the rest of which is zero.
struct SegmentHeader {
  char magic[8];
  std::uint32_t version;
  std::uint32_t block_bytes;
  std::uint64_t ordinal;  // also in the file's name
  std::uint64_t
      generation;  // random for each use of the file, so that records of an earlier use do not count
  std::uint64_t file_bytes;     // a segment never changes its size while it has this header
  std::uint64_t base_sequence;  // of the record before this segment's first; 0 in the first segment
  Chain base_chain;
  std::uint32_t base_crc;  // checksum of that record
  std::uint32_t crc;       // over everything above
};
static_assert(sizeof(SegmentHeader) == 88 && std::is_trivially_copyable_v<SegmentHeader>);

// Before each entry; header and entry are padded to whole blocks.
struct RecordHeader {
  std::uint32_t crc;     // over everything below and the entry
  std::uint32_t length;  // of the entry, 1 to 512 KiB
  std::uint64_t generation;
  std::uint64_t sequence;
  std::uint32_t previous_crc;  // the checksum of the record before
  std::uint32_t reserved;      // 0
  AppendId id;
  Chain chain;  // after this entry
};
static_assert(sizeof(RecordHeader) == 80 && std::is_trivially_copyable_v<RecordHeader>);

inline constexpr std::uint64_t kFirstRecordOffset = kBlockBytes;
inline constexpr std::uint64_t kMaxRecordBytes = round_up_to_block(sizeof(RecordHeader) + kMaxEntryBytes);
inline constexpr std::uint64_t kMinSegmentBytes = 1u << 20;
static_assert(kFirstRecordOffset + kMaxRecordBytes <= kMinSegmentBytes);

constexpr std::uint64_t record_bytes(std::size_t entry_bytes) {
  return round_up_to_block(sizeof(RecordHeader) + entry_bytes);
}

// Fills `block` (4 KiB) with the header, whose magic, version, block size and checksum are set here.
void encode_segment_header(SegmentHeader header, std::span<std::byte> block);

// Errc::damaged, or Errc::not_a_journal for an unknown version. `block` is at least as long as the header.
Result<SegmentHeader> decode_segment_header(ByteView block);

// Writes record and padding into `out` (of at least record_bytes()) and returns the record's checksum.
std::uint32_t encode_record(RecordHeader header, ByteView entry, std::span<std::byte> out);

// The first block of a snapshot file's kind: 72 bytes, followed at once by its blocks.
struct SnapshotHeader {
  char magic[8];
  std::uint32_t version;
  std::uint32_t reserved;  // 0
  std::uint64_t sequence;
  Chain chain;
  std::uint64_t random;     // tells two snapshots of one head apart
  std::uint32_t reserved2;  // 0
  std::uint32_t crc;        // over everything above
};
static_assert(sizeof(SnapshotHeader) == 72 && std::is_trivially_copyable_v<SnapshotHeader>);

// Before each chunk. The last block has length 0 and is followed by the sum of all lengths (8 bytes), with
// which the file ends.
struct SnapshotBlock {
  std::uint32_t crc;  // over everything below and the data, seeded with the previous block's (or header's)
  std::uint32_t length;
  std::uint64_t index;  // from 0
};
static_assert(sizeof(SnapshotBlock) == 16 && std::is_trivially_copyable_v<SnapshotBlock>);

void seal(SnapshotHeader& header);
Result<SnapshotHeader> decode_snapshot_header(ByteView bytes);
std::uint32_t snapshot_block_crc(const SnapshotBlock& block, ByteView data, std::uint32_t previous_crc);

template <class T>
T load(ByteView bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::copy_n(bytes.data(), sizeof value, reinterpret_cast<std::byte*>(&value));
  return value;
}

template <class T>
ByteView bytes_of(const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  return std::as_bytes(std::span(&value, 1));
}

}  // namespace holdfast::journal::file
