#include "journal/file/log_scan.h"

#include <algorithm>

#include <fmt/format.h>

namespace holdfast::journal::file {
namespace {

class Scanner {
 public:
  Scanner(Directory& directory, const ScanRequest& request) : directory_(directory), request_(request) {}

  Result<LogScan> run(std::span<const std::uint64_t> ordinals) {
    for (const std::uint64_t ordinal : ordinals) {
      if (auto scanned = scan_segment(ordinal); !scanned) return scanned.error();
      if (done()) return std::move(scan_);
    }
    check_against_snapshots();
    return std::move(scan_);
  }

 private:
  bool done() const { return !request_.everything && !scan_.damages.empty(); }

  void damage(std::string file, std::uint64_t offset, std::string what) {
    scan_.damages.push_back({std::move(file), offset, std::move(what)});
  }

  Result<void> scan_segment(std::uint64_t ordinal) {
    const std::string name = segment_name(ordinal);
    auto reader = SegmentReader::open(directory_, ordinal, SegmentReader::Cache::fresh);
    if (!reader && reader.error().code == Errc::damaged) {
      damage(name, 0, reader.error().detail);
      return {};
    }
    if (!reader) return Error{reader.error().code, directory_.path_of(name) + ": " + reader.error().detail};
    check_header(*reader, ordinal, name);
    if (done()) return {};
    scan_.segments.push_back({ordinal, reader->header().base_sequence});
    scan_.last_header = reader->header();
    return scan_records(*reader, name);
  }

  void check_header(const SegmentReader& reader, std::uint64_t ordinal, const std::string& name) {
    const SegmentHeader& header = reader.header();
    const LogPosition base{{header.base_sequence, header.base_chain}, header.base_crc};
    if (header.ordinal != ordinal) {
      damage(name, 0, fmt::format("the header says that this is segment {:016x}", header.ordinal));
    } else if (header.file_bytes != reader.file_bytes()) {
      damage(
          name, std::min(header.file_bytes, reader.file_bytes()),
          fmt::format("the file has {} bytes, and was made with {}", reader.file_bytes(), header.file_bytes));
    } else if (!scan_.segments.empty() && (base.head != scan_.end.head || base.crc != scan_.end.crc)) {
      damage(segment_name(scan_.segments.back().ordinal), scan_.end_offset,
             fmt::format("here entry {} was expected, and the next segment follows on entry {}",
                         scan_.end.head.sequence + 1, base.head.sequence));
    }
    if (scan_.segments.empty()) match_snapshots(base.head);
    scan_.end = base;
  }

  Result<void> scan_records(SegmentReader& reader, const std::string& name) {
    std::uint64_t offset = kFirstRecordOffset;
    while (offset < reader.file_bytes()) {
      auto record = reader.at(offset);
      if (!record) return record.error();
      if (*record && continues((*record)->header)) {
        accept(**record, name, offset);
        offset += (*record)->bytes;
        if (done()) return {};
        continue;
      }
      auto later = next_record(reader, offset);
      if (!later) return later.error();
      if (*later == 0) break;
      damage(name, offset,
             fmt::format("no valid record of entry {} here, and a later one at offset {}",
                         scan_.end.head.sequence + 1, *later));
      if (done()) return {};
      if (auto resumed = resume(reader, *later); !resumed) return resumed.error();
      offset = *later;
    }
    scan_.end_offset = offset;
    auto torn = reader.bears_generation(offset);
    if (!torn) return torn.error();
    scan_.torn_tail = *torn;
    return {};
  }

  bool continues(const RecordHeader& header) const {
    return header.sequence == scan_.end.head.sequence + 1 && header.previous_crc == scan_.end.crc;
  }

  // The offset of the first valid record at or after `offset`, 0 when there is none.
  Result<std::uint64_t> next_record(SegmentReader& reader, std::uint64_t offset) {
    for (; offset < reader.file_bytes(); offset += kBlockBytes) {
      auto record = reader.at(offset);
      if (!record) return record.error();
      if (*record) return offset;
    }
    return 0;
  }

  // Goes on at a record after damage, as if everything before it had been right.
  Result<void> resume(SegmentReader& reader, std::uint64_t offset) {
    auto record = reader.at(offset);
    if (!record) return record.error();
    const RecordHeader& header = (*record)->header;
    scan_.end = {{header.sequence - 1, {}}, header.previous_crc};
    chain_known_ = false;
    return {};
  }

  void accept(const Record& record, const std::string& name, std::uint64_t offset) {
    if (request_.everything && chain_known_ &&
        next_chain(scan_.end.head.chain, record.entry) != record.header.chain) {
      damage(name, offset, fmt::format("the chain of entry {} is wrong", record.header.sequence));
    }
    chain_known_ = true;
    scan_.end = {{record.header.sequence, record.header.chain}, record.header.crc};
    scan_.records += 1;
    scan_.entry_bytes += record.entry.size();
    if (request_.snapshots.empty() || record.header.sequence > request_.snapshots.back().head.sequence) {
      scan_.entry_bytes_after_snapshot += record.entry.size();
    }
    match_snapshots(scan_.end.head);
  }

  void match_snapshots(const Head& head) {
    for (const SnapshotInfo& snapshot : request_.snapshots) {
      if (snapshot.head.sequence == head.sequence && snapshot.head.chain != head.chain) {
        damage(snapshot_name(head.sequence), 0, "the snapshot is of another history than the log");
      }
    }
  }

  void check_against_snapshots() {
    if (scan_.segments.empty()) return;
    const std::uint64_t covered = request_.snapshots.empty() ? 0 : request_.snapshots.front().head.sequence;
    const Segment& first = scan_.segments.front();
    if (first.base_sequence > covered) {
      damage(segment_name(first.ordinal), 0,
             fmt::format(
                 "the log begins with entry {}, and entries from {} are needed: a segment file is missing",
                 first.base_sequence + 1, covered + 1));
    }
    if (!request_.snapshots.empty() && request_.snapshots.back().head.sequence > scan_.end.head.sequence) {
      damage(segment_name(scan_.segments.back().ordinal), scan_.end_offset,
             fmt::format("the log ends with entry {}, and a snapshot was taken after entry {}",
                         scan_.end.head.sequence, request_.snapshots.back().head.sequence));
    }
  }

  Directory& directory_;
  const ScanRequest& request_;
  LogScan scan_;
  bool chain_known_ = true;
};

// The index from which ordinals follow each other to the end.
std::size_t start_of_last_run(std::span<const std::uint64_t> ordinals) {
  std::size_t start = ordinals.size() - 1;
  while (start > 0 && ordinals[start - 1] + 1 == ordinals[start]) --start;
  return start;
}

}  // namespace

Result<LogScan> scan_log(Directory& directory, const Listing& listing, const ScanRequest& request) {
  const std::span ordinals(listing.segments);
  const std::size_t start = start_of_last_run(ordinals);
  auto scan = Scanner(directory, request).run(ordinals.subspan(start));
  if (scan) scan->leftover.assign(ordinals.begin(), ordinals.begin() + static_cast<std::ptrdiff_t>(start));
  return scan;
}

}  // namespace holdfast::journal::file
