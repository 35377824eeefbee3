#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "keeper/event_hub.h"
#include "lock/types.h"

// The bytes of history files, described for readers of hex dumps in docs/format/history.md. Integers are
// little-endian, as base/bytes.cc asserts of the machine, so headers are written as they lie in memory.

namespace holdfast::service::history {

inline constexpr std::uint32_t kFormatVersion = 1;

// The beginning of a segment. Frames follow at once.
struct SegmentHeader {
  char magic[8];
  std::uint32_t version;
  std::uint32_t follows;  // 1: no event is missing between the segment before and this one
  std::array<std::byte, 16> cell;
  std::uint64_t incarnation;
  std::uint64_t after;  // the revision after which its events begin
  std::int64_t at;      // wall time of its first frame
  std::uint32_t reserved;
  std::uint32_t crc;  // over everything above
};
static_assert(sizeof(SegmentHeader) == 64 && std::is_trivially_copyable_v<SegmentHeader>);

// Before the events of one chunk. A header of zeros, or anything that is no frame, ends the segment.
struct FrameHeader {
  std::uint32_t crc;     // over everything below and the events
  std::uint32_t length;  // of the events in bytes; 0 for a frame that only says how far history reaches
  std::uint64_t after;
  std::uint64_t through;
  std::int64_t at;  // wall time of its last event
};
static_assert(sizeof(FrameHeader) == 32 && std::is_trivially_copyable_v<FrameHeader>);

std::string segment_name(std::uint64_t ordinal);
std::optional<std::uint64_t> ordinal_of(std::string_view name);

Bytes encode_header(const keeper::CellName& cell, lock::Revision after, lock::WallTime at, bool follows);
// None when this is no header of this version.
std::optional<SegmentHeader> decode_header(ByteView bytes);

void append_frame(Bytes& out, lock::Revision after, const keeper::EventChunk& chunk);

struct Frame {
  lock::Revision after;
  lock::Revision through;
  lock::WallTime at;
  ByteView events;      // lock/event_view_codec.h, one behind the other
  std::size_t end = 0;  // where the next one begins
};

// The frame at `offset` of a segment's bytes; none at the end, or when what stands there is damaged.
std::optional<Frame> read_frame(ByteView segment, std::size_t offset);

}  // namespace holdfast::service::history
