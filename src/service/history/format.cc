#include "service/history/format.h"

#include <charconv>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>

#include "base/crc32c.h"

namespace holdfast::service::history {
namespace {

constexpr std::string_view kMagic = "HFEVENTS";
constexpr std::string_view kPrefix = "events-";
constexpr std::size_t kDigits = 20;

template <class T>
ByteView bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

template <class T>
T load(ByteView bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::uint32_t crc_of(const SegmentHeader& header) {
  return crc32c(bytes_of(header).first(offsetof(SegmentHeader, crc)));
}

std::uint32_t crc_of(const FrameHeader& header, ByteView events) {
  return crc32c(events, crc32c(bytes_of(header).subspan(sizeof header.crc)));
}

lock::WallTime wall(std::int64_t ms) {
  return lock::WallTime(lock::Millis(ms));
}

}  // namespace

std::string segment_name(std::uint64_t ordinal) {
  return fmt::format("{}{:020}", kPrefix, ordinal);
}

std::optional<std::uint64_t> ordinal_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || name.size() != kPrefix.size() + kDigits) return std::nullopt;
  std::uint64_t ordinal = 0;
  const auto [end, error] = std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), ordinal);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return ordinal;
}

Bytes encode_header(const keeper::CellName& cell, lock::Revision after, lock::WallTime at, bool follows) {
  SegmentHeader header{};
  std::memcpy(header.magic, kMagic.data(), sizeof header.magic);
  header.version = kFormatVersion;
  header.follows = follows ? 1 : 0;
  header.cell = cell.id;
  header.incarnation = cell.incarnation;
  header.after = after.value;
  header.at = at.time_since_epoch().count();
  header.crc = crc_of(header);
  const ByteView bytes = bytes_of(header);
  return {bytes.begin(), bytes.end()};
}

std::optional<SegmentHeader> decode_header(ByteView bytes) {
  if (bytes.size() < sizeof(SegmentHeader)) return std::nullopt;
  const auto header = load<SegmentHeader>(bytes);
  if (std::string_view(header.magic, sizeof header.magic) != kMagic) return std::nullopt;
  if (header.version != kFormatVersion || header.crc != crc_of(header)) return std::nullopt;
  return header;
}

void append_frame(Bytes& out, lock::Revision after, const keeper::EventChunk& chunk) {
  FrameHeader header{};
  header.length = static_cast<std::uint32_t>(chunk.views.size());
  header.after = after.value;
  header.through = chunk.through.value;
  header.at = chunk.at.time_since_epoch().count();
  header.crc = crc_of(header, chunk.views);
  ByteWriter writer(out);
  writer.raw(bytes_of(header));
  writer.raw(chunk.views);
}

std::optional<Frame> read_frame(ByteView segment, std::size_t offset) {
  if (segment.size() < offset + sizeof(FrameHeader)) return std::nullopt;
  const auto header = load<FrameHeader>(segment.subspan(offset));
  const std::size_t begin = offset + sizeof header;
  if (segment.size() - begin < header.length || header.through <= header.after) return std::nullopt;
  const ByteView events = segment.subspan(begin, header.length);
  if (header.crc != crc_of(header, events)) return std::nullopt;
  return Frame{lock::Revision{header.after}, lock::Revision{header.through}, wall(header.at), events,
               begin + header.length};
}

}  // namespace holdfast::service::history
