#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "journal/file/directory.h"
#include "service/history/format.h"

// The segments of history as writer and readers share them.

namespace holdfast::service::history {

// `bytes` says how far the file may be read. The file stays readable when its segment is dropped.
struct Segment {
  std::uint64_t ordinal = 0;
  SegmentHeader header{};
  std::uint64_t bytes = 0;
  std::shared_ptr<journal::file::File> file;

  keeper::CellName cell() const { return {header.cell, header.incarnation}; }
  lock::Revision after() const { return lock::Revision{header.after}; }
  lock::WallTime at() const { return lock::WallTime(lock::Millis(header.at)); }
};

// What is readable of a segment, headers included.
Result<Bytes> load(const Segment& segment);

// From oldest to newest. Used by several threads.
class SegmentList {
 public:
  std::vector<Segment> all() const;
  // Those from which a reader can go on to the newest event without a gap.
  std::vector<Segment> newest_run() const;
  // Every event after this revision, of the newest segment's incarnation, is here; none without segments.
  std::optional<lock::Revision> floor() const;

  void replace(std::vector<Segment> segments);
  void add(Segment segment);
  void grow_last(std::uint64_t bytes);

 private:
  std::size_t run_begins() const;

  mutable std::mutex mutex_;
  std::vector<Segment> segments_;
};

}  // namespace holdfast::service::history
