#include "journal/file/layout.h"

#include <algorithm>
#include <cstring>
#include <sys/random.h>

#include <fmt/format.h>

#include "base/assert.h"

namespace holdfast::journal::file {
namespace {

constexpr std::string_view kSegmentMagic = "HFSEGMNT";
constexpr std::string_view kSnapshotMagic = "HFSNAPSH";

// The checksum field of a header and everything after it lie outside of what it covers.
template <class Header>
std::uint32_t crc_of_header(const Header& header) {
  return crc32c(bytes_of(header).first(offsetof(Header, crc)));
}

template <class Header>
Result<Header> decode_header(ByteView bytes, std::string_view magic) {
  if (bytes.size() < sizeof(Header)) return Error{Errc::damaged, "the file is too short for its header"};
  const auto header = load<Header>(bytes);
  if (std::string_view(header.magic, sizeof header.magic) != magic) {
    return Error{Errc::damaged, "the file does not begin as its kind of file does"};
  }
  if (header.version != kFormatVersion) {
    return Error{Errc::not_a_journal,
                 fmt::format("format version {}, and this program knows {}", header.version, kFormatVersion)};
  }
  if (header.crc != crc_of_header(header)) return Error{Errc::damaged, "the header's checksum is wrong"};
  return header;
}

}  // namespace

std::uint64_t random_u64() {
  std::uint64_t value = 0;
  HOLDFAST_ASSERT(::getrandom(&value, sizeof value, 0) == sizeof value);
  return value;
}

void encode_segment_header(SegmentHeader header, std::span<std::byte> block) {
  std::ranges::copy(kSegmentMagic, header.magic);
  header.version = kFormatVersion;
  header.block_bytes = kBlockBytes;
  header.crc = crc_of_header(header);
  std::ranges::fill(block, std::byte{0});
  std::ranges::copy(bytes_of(header), block.begin());
}

Result<SegmentHeader> decode_segment_header(ByteView block) {
  return decode_header<SegmentHeader>(block, kSegmentMagic);
}

std::uint32_t encode_record(RecordHeader header, ByteView entry, std::span<std::byte> out) {
  const std::size_t used = sizeof header + entry.size();
  header.length = static_cast<std::uint32_t>(entry.size());
  std::memcpy(out.data() + sizeof header, entry.data(), entry.size());
  std::memset(out.data() + used, 0, record_bytes(entry.size()) - used);
  std::memcpy(out.data(), &header, sizeof header);
  header.crc = crc32c(ByteView(out).subspan(sizeof header.crc, used - sizeof header.crc));
  std::memcpy(out.data(), &header.crc, sizeof header.crc);
  return header.crc;
}

void seal(SnapshotHeader& header) {
  std::ranges::copy(kSnapshotMagic, header.magic);
  header.version = kFormatVersion;
  header.crc = crc_of_header(header);
}

Result<SnapshotHeader> decode_snapshot_header(ByteView bytes) {
  return decode_header<SnapshotHeader>(bytes, kSnapshotMagic);
}

std::uint32_t snapshot_block_crc(const SnapshotBlock& block, ByteView data, std::uint32_t previous_crc) {
  return crc32c(data, crc32c(bytes_of(block).subspan(sizeof block.crc), previous_crc));
}

}  // namespace holdfast::journal::file
