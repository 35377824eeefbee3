#include "journal/file/segment_reader.h"

#include <algorithm>

#include "base/assert.h"
#include "journal/file/names.h"

namespace holdfast::journal::file {
namespace {

constexpr std::size_t kWindowBytes = 1u << 20;
static_assert(kWindowBytes >= kMaxRecordBytes);

}  // namespace

Result<SegmentReader> SegmentReader::open(Directory& directory, std::uint64_t ordinal, Cache cache) {
  SegmentReader reader;
  auto file = directory.open(segment_name(ordinal), {});
  if (!file) return file.error();
  reader.file_ = std::move(*file);
  if (cache == Cache::fresh) {
    if (auto settled = reader.file_->settle(); !settled) return settled.error();
  }
  const auto size = reader.file_->size();
  if (!size) return size.error();
  reader.file_bytes_ = *size;
  reader.window_.resize(std::min<std::uint64_t>(*size, kWindowBytes));
  auto block = reader.view(0, kBlockBytes);
  if (!block) return block.error();
  auto header = decode_segment_header(*block);
  if (!header) return header.error();
  reader.header_ = *header;
  return reader;
}

Result<ByteView> SegmentReader::view(std::uint64_t offset, std::size_t bytes) {
  HOLDFAST_ASSERT(bytes <= kWindowBytes);
  if (offset < window_offset_ || offset + bytes > window_offset_ + window_bytes_) {
    const auto got = file_->read(offset, window_);
    if (!got) return got.error();
    window_offset_ = offset;
    window_bytes_ = *got;
  }
  const std::size_t begin = offset - window_offset_;
  return ByteView(window_).subspan(begin, std::min(bytes, window_bytes_ - begin));
}

Result<std::optional<Record>> SegmentReader::at(std::uint64_t offset) {
  const auto start = view(offset, sizeof(RecordHeader));
  if (!start) return start.error();
  if (start->size() < sizeof(RecordHeader)) return std::nullopt;
  const auto header = load<RecordHeader>(*start);
  if (header.generation != header_.generation || header.length == 0 || header.length > kMaxEntryBytes) {
    return std::nullopt;
  }
  const auto whole = view(offset, sizeof header + header.length);
  if (!whole) return whole.error();
  if (whole->size() < sizeof header + header.length) return std::nullopt;
  if (crc32c(whole->subspan(sizeof header.crc)) != header.crc) return std::nullopt;
  return Record{header, whole->subspan(sizeof header), record_bytes(header.length)};
}

Result<bool> SegmentReader::bears_generation(std::uint64_t offset) {
  const auto start = view(offset, sizeof(RecordHeader));
  if (!start) return start.error();
  return start->size() == sizeof(RecordHeader) && load<RecordHeader>(*start).generation == header_.generation;
}

}  // namespace holdfast::journal::file
