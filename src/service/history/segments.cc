#include "service/history/segments.h"

#include <utility>

namespace holdfast::service::history {

Result<Bytes> load(const Segment& segment) {
  Bytes bytes(segment.bytes);
  const auto read = segment.file->read(0, bytes);
  if (!read) return read.error();
  bytes.resize(*read);
  return bytes;
}

std::vector<Segment> SegmentList::all() const {
  const std::lock_guard guard(mutex_);
  return segments_;
}

std::size_t SegmentList::run_begins() const {
  std::size_t first = segments_.empty() ? 0 : segments_.size() - 1;
  while (first > 0 && segments_[first].header.follows != 0) --first;
  return first;
}

std::vector<Segment> SegmentList::newest_run() const {
  const std::lock_guard guard(mutex_);
  return {segments_.begin() + static_cast<std::ptrdiff_t>(run_begins()), segments_.end()};
}

std::optional<lock::Revision> SegmentList::floor() const {
  const std::lock_guard guard(mutex_);
  if (segments_.empty()) return std::nullopt;
  return segments_[run_begins()].after();
}

void SegmentList::replace(std::vector<Segment> segments) {
  const std::lock_guard guard(mutex_);
  segments_ = std::move(segments);
}

void SegmentList::add(Segment segment) {
  const std::lock_guard guard(mutex_);
  segments_.push_back(std::move(segment));
}

void SegmentList::grow_last(std::uint64_t bytes) {
  const std::lock_guard guard(mutex_);
  segments_.back().bytes += bytes;
}

}  // namespace holdfast::service::history
