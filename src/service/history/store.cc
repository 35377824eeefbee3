#include "service/history/store.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace holdfast::service::history {
namespace {

using journal::file::OpenMode;

// A segment is dropped whole, so it must not hold a large part of all that is kept.
constexpr int kSegmentsPerAge = 7;
constexpr lock::Millis kShortestSegment = std::chrono::minutes(1);
constexpr std::size_t kFewestSegments = 2;

}  // namespace

Result<std::unique_ptr<Store>> Store::open(std::unique_ptr<journal::file::Directory> directory,
                                           const StoreLimits& limits,
                                           const std::function<void(std::string)>& warn) {
  std::unique_ptr<Store> store(new Store(std::move(directory), limits));
  if (auto loaded = store->load_segments(warn); !loaded) return loaded.error();
  return store;
}

Result<void> Store::load_segments(const std::function<void(std::string)>& warn) {
  const auto names = directory_->list();
  if (!names) return names.error();
  std::vector<std::uint64_t> ordinals;
  for (const std::string& name : *names) {
    if (const auto ordinal = ordinal_of(name)) ordinals.push_back(*ordinal);
  }
  std::ranges::sort(ordinals);
  bool whole = true;
  for (const std::uint64_t ordinal : ordinals) {
    next_ordinal_ = ordinal + 1;
    const bool last = ordinal == ordinals.back();
    auto segment = open_segment(ordinal, last, warn);
    if (!segment) return segment.error();
    if (!*segment) {
      whole = false;
      continue;
    }
    if (!std::exchange(whole, true)) (*segment)->header.follows = 0;
    segments_.add(std::move(**segment));
  }
  const std::vector<Segment> all = segments_.all();
  if (!all.empty()) find_end(all.back());
  return {};
}

// None for one that is not used.
Result<std::optional<Segment>> Store::open_segment(std::uint64_t ordinal, bool last,
                                                   const std::function<void(std::string)>& warn) {
  const std::string name = segment_name(ordinal);
  auto file = directory_->open(name, {.access = OpenMode::Access::write});
  if (!file) return file.error();
  Segment segment{.ordinal = ordinal, .file = std::move(*file)};
  const auto size = segment.file->size();
  if (!size) return size.error();
  segment.bytes = std::min<std::uint64_t>(*size, sizeof(SegmentHeader));
  const auto bytes = load(segment);
  if (!bytes) return bytes.error();
  if (const auto header = decode_header(*bytes)) {
    segment.header = *header;
    segment.bytes = *size;
    return segment;
  }
  const bool never_written = std::ranges::all_of(*bytes, [](std::byte byte) { return byte == std::byte{0}; });
  if (last && never_written) {
    if (auto removed = directory_->remove(name); !removed) return removed.error();
  } else {
    warn(fmt::format("{} is damaged, or of another version, and left out", directory_->path_of(name)));
  }
  return std::optional<Segment>();
}

// How far the last segment reaches. What a crash left behind its last whole frame is not part of it.
void Store::find_end(const Segment& last) {
  cell_ = last.cell();
  through_ = last.after();
  std::uint64_t end = sizeof(SegmentHeader);
  if (const auto bytes = load(last)) {
    while (const auto frame = read_frame(*bytes, end)) {
      through_ = frame->through;
      end = frame->end;
    }
  }
  std::vector<Segment> all = segments_.all();
  all.back().bytes = end;
  segments_.replace(std::move(all));
  flushed_through_ = through_;
}

Result<void> Store::cut_back(const keeper::CellName& cell, lock::Revision head) {
  if (cell_ != cell || through_ <= head) return {};
  if (auto flushed = flush(); !flushed) return flushed.error();
  file_.reset();
  std::vector<Segment> all = segments_.all();
  while (!all.empty() && all.back().after() >= head) {
    if (auto removed = directory_->remove(segment_name(all.back().ordinal)); !removed) return removed.error();
    all.pop_back();
  }
  segments_.replace(all);
  through_ = flushed_through_ = all.empty() ? lock::Revision{} : all.back().after();
  if (all.empty()) return {};
  const auto bytes = load(all.back());
  if (!bytes) return bytes.error();
  std::uint64_t end = sizeof(SegmentHeader);
  for (auto frame = read_frame(*bytes, end); frame && frame->through <= head;
       frame = read_frame(*bytes, end)) {
    through_ = flushed_through_ = frame->through;
    end = frame->end;
  }
  const Bytes zeros(std::min<std::uint64_t>(sizeof(FrameHeader), bytes->size() - end));
  if (auto ended = all.back().file->write(end, zeros); !ended) return ended.error();
  all.back().bytes = end;
  segments_.replace(std::move(all));
  return segments_.all().back().file->sync();
}

Result<void> Store::append(const keeper::EventChunk& chunk) {
  const bool other_cell = cell_ && cell_->id != chunk.cell.id;
  if (other_cell) {
    if (auto forgotten = forget_all(); !forgotten) return forgotten.error();
  }
  const bool known = cell_ == chunk.cell;
  if (known && chunk.through <= through_) return {};
  const bool follows = known && chunk.after <= through_;
  if (!follows || must_roll(chunk)) {
    if (auto rolled = roll(chunk, follows); !rolled) return rolled.error();
  }
  append_frame(buffer_, through_, chunk);
  through_ = chunk.through;
  return {};
}

bool Store::must_roll(const keeper::EventChunk& chunk) const {
  return !file_ || size_ + buffer_.size() >= limits_.segment_bytes ||
         chunk.at - began_at_ > std::max(limits_.age / kSegmentsPerAge, kShortestSegment);
}

Result<void> Store::roll(const keeper::EventChunk& chunk, bool follows) {
  if (auto synced = sync(); !synced) return synced.error();
  const std::string name = segment_name(next_ordinal_);
  auto opened = directory_->open(name, {.access = OpenMode::Access::create});
  if (!opened) return opened.error();
  const std::shared_ptr<journal::file::File> file = std::move(*opened);
  const lock::Revision after = follows ? through_ : chunk.after;
  const Bytes header = encode_header(chunk.cell, after, chunk.at, follows);
  auto made = file->write(0, header);
  if (made) made = directory_->sync();
  if (!made) {
    (void)directory_->remove(name);
    return made.error();
  }
  segments_.add(
      {.ordinal = next_ordinal_++, .header = *decode_header(header), .bytes = header.size(), .file = file});
  file_ = file;
  cell_ = chunk.cell;
  through_ = flushed_through_ = after;
  began_at_ = chunk.at;
  size_ = header.size();
  forget_old(chunk.at);
  return {};
}

// After a failure the buffer is gone: what comes next does not follow, and begins a segment of its own.
Result<void> Store::flush() {
  if (buffer_.empty()) return {};
  const Bytes bytes = std::exchange(buffer_, {});
  auto written = file_->write(size_, bytes);
  if (!written) {
    through_ = flushed_through_;
    file_.reset();
    return written.error();
  }
  size_ += bytes.size();
  segments_.grow_last(bytes.size());
  flushed_through_ = through_;
  return {};
}

Result<void> Store::sync() {
  if (auto flushed = flush(); !flushed) return flushed.error();
  if (!file_) return {};
  return file_->sync();
}

Result<void> Store::forget_all() {
  buffer_.clear();
  file_.reset();
  for (const Segment& segment : segments_.all()) {
    if (auto removed = directory_->remove(segment_name(segment.ordinal)); !removed) return removed.error();
  }
  segments_.replace({});
  cell_.reset();
  through_ = flushed_through_ = lock::Revision{};
  return {};
}

// A segment's events are older than the next segment's first. One that cannot be removed is tried again when
// the next segment begins.
void Store::forget_old(lock::WallTime now) {
  std::vector<Segment> all = segments_.all();
  std::uint64_t bytes = 0;
  for (const Segment& segment : all) bytes += segment.bytes;
  std::size_t dropped = 0;
  while (all.size() - dropped > kFewestSegments) {
    const bool too_old = now - all[dropped + 1].at() > limits_.age;
    if (!too_old && bytes <= limits_.bytes) break;
    if (!directory_->remove(segment_name(all[dropped].ordinal))) break;
    bytes -= all[dropped].bytes;
    ++dropped;
  }
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(dropped));
  segments_.replace(std::move(all));
}

}  // namespace holdfast::service::history
