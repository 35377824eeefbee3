#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "journal/file/damage.h"
#include "journal/file/directory.h"
#include "journal/file/names.h"
#include "journal/file/segment_reader.h"
#include "journal/journal.h"

// Reading a log after a crash. Appends are one at a time and each is durable before the next begins, so a
// power cut can only spoil the record that was being written: the last one. From this follow the rules:
//
//   - At the first place without a record that continues the log, look ahead, block by block, to the end of
//   the
//     segment. A valid record of this generation there was written after this place was acknowledged: it is
//     damage, and the journal refuses to open. None: the log ends here, and what lies here is a torn tail.
//   - A segment gets its header, durably, before its name, and the header repeats number, chain and checksum
//   of
//     the record before it. So a segment without a valid header, or one whose header does not continue what
//     was read of the segment before, is damage, never a torn tail; this is the look-ahead into the next
//     segment.
//   - A segment is made in full before it is used, so a file of another size than its header says is damage.
//   - A snapshot was begun after its last entry was durable, so a log that ends before it has lost entries.
//
// Records of an earlier use of a recycled file carry another generation and are as good as zeros. What cannot
// be told from a torn tail, in this or any format, is damage to the very last record.

namespace holdfast::journal::file {

inline constexpr std::string_view kLogRemedy =
    "`holdfast verify` on this directory lists all damage; restore a backup, or copy the directory for "
    "examination "
    "before anything else";

struct Segment {
  std::uint64_t ordinal = 0;
  std::uint64_t base_sequence = 0;  // of the record before its first
};

// A place in the log: the last entry before it and the checksum of that entry's record.
struct LogPosition {
  Head head;
  std::uint32_t crc = 0;
};

struct LogScan {
  std::vector<Segment> segments;        // oldest first, without gaps
  std::vector<std::uint64_t> leftover;  // ordinals below a gap: trimmed, but the crash undid their renaming
  LogPosition end;
  std::uint64_t end_offset = 0;  // in the last segment, where the next record goes
  SegmentHeader last_header{};
  bool torn_tail = false;  // a part of a record lies at end_offset
  std::uint64_t records = 0;
  std::uint64_t entry_bytes = 0;
  std::uint64_t entry_bytes_after_snapshot = 0;
  std::vector<Damage> damages;  // when not empty, the rest is only what could be read
};

struct ScanRequest {
  std::span<const SnapshotInfo> snapshots;  // those that the log must fit, oldest first: at most two matter
  bool everything = false;                  // go on after damage and compute every entry's chain (for verify)
};

// Reads the log and changes nothing. An Error is a failed read or an unknown version, not damage.
Result<LogScan> scan_log(Directory& directory, const Listing& listing, const ScanRequest& request);

}  // namespace holdfast::journal::file
