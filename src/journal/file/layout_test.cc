#include "journal/file/layout.h"

#include <gtest/gtest.h>

namespace holdfast::journal::file {
namespace {

// Bug: another polynomial, or inversion left out. The value is the one that RFC 3720 and others publish.
TEST(Layout, ChecksumIsCrc32c) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c(as_bytes("6789"), crc32c(as_bytes("12345"))), 0xe3069283u);
  EXPECT_EQ(crc32c(ByteView{}, 7), 7u);
}

// Bug: padding that keeps bytes of the record before, or a checksum over it.
TEST(Layout, ARecordIsPaddedWithZeros) {
  std::vector<std::byte> buffer(2 * kBlockBytes, std::byte{0xee});
  const std::uint32_t crc =
      encode_record({.generation = 5, .sequence = 9, .previous_crc = 3}, as_bytes("entry"), buffer);
  const auto header = load<RecordHeader>(buffer);
  EXPECT_EQ(header.crc, crc);
  EXPECT_EQ(header.length, 5u);
  EXPECT_EQ(header.sequence, 9u);
  EXPECT_EQ(as_text(ByteView(buffer).subspan(sizeof header, 5)), "entry");
  EXPECT_EQ(crc, crc32c(ByteView(buffer).subspan(4, sizeof header - 4 + 5)));
  for (std::size_t i = sizeof header + 5; i < kBlockBytes; ++i) ASSERT_EQ(buffer[i], std::byte{0}) << i;
  EXPECT_EQ(buffer[kBlockBytes], std::byte{0xee});
}

// Bug: a size that leaves no room for the header, or a block too many.
TEST(Layout, RecordsAreWholeBlocks) {
  EXPECT_EQ(record_bytes(1), kBlockBytes);
  EXPECT_EQ(record_bytes(kBlockBytes - sizeof(RecordHeader)), kBlockBytes);
  EXPECT_EQ(record_bytes(kBlockBytes - sizeof(RecordHeader) + 1), 2 * kBlockBytes);
  EXPECT_EQ(record_bytes(kMaxEntryBytes), kMaxRecordBytes);
}

TEST(Layout, ASegmentHeaderRoundTrips) {
  Bytes block(kBlockBytes, std::byte{0xee});
  encode_segment_header({.ordinal = 3, .generation = 4, .file_bytes = 5, .base_sequence = 6, .base_crc = 7},
                        block);
  const auto header = decode_segment_header(block);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->ordinal, 3u);
  EXPECT_EQ(header->base_crc, 7u);
  EXPECT_EQ(block.back(), std::byte{0});
  block[offsetof(SegmentHeader, version)] = std::byte{2};
  EXPECT_EQ(decode_segment_header(block).error().code, Errc::not_a_journal);
  EXPECT_EQ(decode_segment_header(ByteView(block).first(20)).error().code, Errc::damaged);
}

}  // namespace
}  // namespace holdfast::journal::file
