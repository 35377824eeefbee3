#include "journal/file/file_journal.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace holdfast::journal::file {

Durability FileJournal::durability() const {
  return {.engine = "file",
          .level = "strict on one machine",
          .description = fmt::format("every append is on the disk of {} before it is answered ({})",
                                     directory_->path(), mode_.direct() ? "O_DIRECT, O_DSYNC" : "fdatasync")};
}

Result<void> FileJournal::reserve(std::size_t bytes) {
  HOLDFAST_ASSERT(bytes <= kMaxEntryBytes);
  if (failure_) return *failure_;
  if (writer_.has_room(bytes)) return {};
  return pool_->ensure();
}

Result<Append> FileJournal::append(const Head& previous, const AppendId& id, ByteView entry) {
  HOLDFAST_ASSERT(!entry.empty() && entry.size() <= kMaxEntryBytes);
  if (failure_) return *failure_;
  if (previous != end_.head) {
    const auto mine = is_mine(previous, id, entry);
    if (!mine) return mine.error();
    return *mine ? Append::written : Append::refused;
  }
  if (!writer_.has_room(entry.size())) {
    if (auto rolled = roll(); !rolled) return rolled.error();
  }
  const Chain chain = next_chain(previous.chain, entry);
  const auto crc = writer_.append(end_, id, chain, entry);
  if (!crc) return *(failure_ = crc.error());
  end_ = {{previous.sequence + 1, chain}, *crc};
  appended_ += entry.size();
  return Append::written;
}

Result<void> FileJournal::roll() {
  const auto spare = pool_->take();
  if (!spare) {
    if (spare.error().code != Errc::no_space) failure_ = spare.error();
    return spare.error();
  }
  if (auto rolled = writer_.roll(*spare, end_); !rolled) return *(failure_ = rolled.error());
  segments_.push_back({writer_.ordinal(), end_.head.sequence});
  return {};
}

// A repeated append is rare, so it is looked up in the log and costs the hot path nothing.
Result<bool> FileJournal::is_mine(const Head& previous, const AppendId& id, ByteView entry) {
  const std::uint64_t sequence = previous.sequence + 1;
  if (previous.sequence < segments_.front().base_sequence || sequence > end_.head.sequence) return false;
  const Chain chain = next_chain(previous.chain, entry);
  bool mine = false;
  const auto read = read_records(sequence, [&](const Record& record) -> Result<bool> {
    mine = record.header.id == id && record.header.chain == chain;
    return false;
  });
  if (!read) return read.error();
  return mine;
}

Result<void> FileJournal::read(std::uint64_t first, const Visit& visit) {
  return read_records(first, [&](const Record& record) -> Result<bool> {
    if (auto visited = visit(record.header.sequence, record.entry); !visited) return visited.error();
    return true;
  });
}

Result<void> FileJournal::read_records(std::uint64_t first, const VisitRecord& visit) {
  if (first > end_.head.sequence) return {};
  if (first <= segments_.front().base_sequence) {
    return Error{Errc::damaged, fmt::format("{}: entry {} was trimmed", directory_->path(), first)};
  }
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const std::uint64_t last = i + 1 < segments_.size() ? segments_[i + 1].base_sequence : end_.head.sequence;
    if (last < first) continue;
    const auto more = read_segment(segments_[i], first, last, visit);
    if (!more) return more.error();
    if (!*more) break;
  }
  return {};
}

Result<bool> FileJournal::read_segment(const Segment& segment, std::uint64_t first, std::uint64_t last,
                                       const VisitRecord& visit) {
  auto reader = SegmentReader::open(*directory_, segment.ordinal, SegmentReader::Cache::use);
  if (!reader) return reader.error();
  std::uint64_t offset = kFirstRecordOffset;
  for (std::uint64_t sequence = segment.base_sequence + 1; sequence <= last; ++sequence) {
    auto record = reader->at(offset);
    if (!record) return record.error();
    if (!*record || (*record)->header.sequence != sequence) {
      const Damage damage{segment_name(segment.ordinal), offset,
                          fmt::format("entry {} was here before", sequence)};
      return damage_error(*directory_, damage, kLogRemedy);
    }
    offset += (*record)->bytes;
    if (sequence < first) continue;
    const auto more = visit(**record);
    if (!more || !*more) return more;
  }
  return true;
}

Result<std::unique_ptr<SnapshotWriter>> FileJournal::begin_snapshot(const Head& head) {
  HOLDFAST_ASSERT(head.sequence <= end_.head.sequence);
  return snapshots_->begin(head, appended_);
}

Result<void> FileJournal::trim() {
  const auto kept = snapshots_->kept();
  if (auto trimmed = snapshots_->trim(); !trimmed) return trimmed.error();
  if (kept.size() < 2) return {};
  const std::uint64_t covered = kept.front().head.sequence;
  std::vector<std::string> names;
  // A segment is free when the next one begins within what the previous snapshot covers.
  while (segments_.size() > 1 && segments_[1].base_sequence <= covered) {
    names.push_back(segment_name(segments_.front().ordinal));
    segments_.erase(segments_.begin());
  }
  // What the log took since the snapshot before last, it will about take again until the next trim.
  pool_->recycle(std::move(names), options_.spare_segments + segments_.size());
  return {};
}

}  // namespace holdfast::journal::file
