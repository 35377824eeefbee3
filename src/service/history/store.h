#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "journal/file/directory.h"
#include "keeper/event_hub.h"
#include "service/history/segments.h"

// The files of history, and the one writer of them.
//
// History holds no truth: it is what this server has read out of the journal. Two rules make it whole all the
// same. Before a snapshot becomes complete, after which the journal would not tell the events before it
// again, everything up to it is here and synced (mark). And whatever the journal tells again after a restart
// is known by its revision and skipped. So a crash loses nothing but the end of the last file, which the
// journal tells again. What could not be written, because the disk was full, is a gap: the next segment says
// that it does not follow the one before.
//
// A segment is written once, front to back; a start begins a new one, so nothing is ever written over what a
// crash left behind. Each is synced before the next begins: only the last one can be torn.

namespace holdfast::service::history {

struct StoreLimits {
  std::uint64_t bytes = 1u << 30;           // of all segments; at least two stay
  lock::Millis age = std::chrono::days(7);  // older segments are dropped
  std::uint64_t segment_bytes = 4u << 20;
};

// One thread at a time, but for segments().
class Store {
 public:
  // Takes what `directory` has of history. What is damaged is told to `warn` and left out.
  static Result<std::unique_ptr<Store>> open(std::unique_ptr<journal::file::Directory> directory,
                                             const StoreLimits& limits,
                                             const std::function<void(std::string)>& warn);

  // The last event that history has, or the revision up to which there was none.
  lock::Revision through() const { return through_; }
  SegmentList& segments() { return segments_; }

  // Forgets what lies beyond the journal's head: somebody has put an older journal here.
  Result<void> cut_back(const keeper::CellName& cell, lock::Revision head);

  // Adds events; those that are here already are skipped. They are readable after flush().
  Result<void> append(const keeper::EventChunk& chunk);
  Result<void> flush();
  Result<void> sync();

 private:
  Store(std::unique_ptr<journal::file::Directory> directory, const StoreLimits& limits)
      : directory_(std::move(directory)), limits_(limits) {}

  Result<void> load_segments(const std::function<void(std::string)>& warn);
  Result<std::optional<Segment>> open_segment(std::uint64_t ordinal, bool last,
                                              const std::function<void(std::string)>& warn);
  void find_end(const Segment& last);
  bool must_roll(const keeper::EventChunk& chunk) const;
  Result<void> roll(const keeper::EventChunk& chunk, bool follows);
  Result<void> forget_all();
  void forget_old(lock::WallTime now);

  std::unique_ptr<journal::file::Directory> directory_;
  const StoreLimits limits_;
  SegmentList segments_;
  std::optional<keeper::CellName> cell_;
  std::uint64_t next_ordinal_ = 1;
  std::shared_ptr<journal::file::File> file_;  // of the last segment, when it is of this start
  std::uint64_t size_ = 0;                     // as far as it was written
  lock::WallTime began_at_{};
  Bytes buffer_;
  lock::Revision through_;          // the buffer included
  lock::Revision flushed_through_;  // without it
};

}  // namespace holdfast::service::history
