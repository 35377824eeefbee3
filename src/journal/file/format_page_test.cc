#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "journal/file/layout.h"

// docs/format/file-journal.md shows real bytes. Bug: a field that moves, or another order of checksum and
// chain, which makes every existing data directory unreadable and this page wrong.

namespace holdfast::journal::file {
namespace {

constexpr std::uint64_t kGeneration = 0x4c199d0e688ad658;

std::string page() {
  std::ifstream in(HOLDFAST_SOURCE_DIR "/docs/format/file-journal.md");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// Expects each row of 16 bytes that is not all zero on the page, at its offset.
void expect_on_page(const std::string& text, std::uint64_t offset, ByteView bytes) {
  for (std::size_t row = 0; row < bytes.size(); row += 16) {
    const ByteView part = bytes.subspan(row, std::min<std::size_t>(16, bytes.size() - row));
    if (std::ranges::all_of(part, [](std::byte byte) { return byte == std::byte{0}; })) continue;
    std::string line = fmt::format("{:08x} ", offset + row);
    for (std::size_t i = 0; i < part.size(); ++i) {
      line += fmt::format("{}{:02x}", i == 8 ? "  " : " ", static_cast<unsigned>(part[i]));
    }
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

AppendId id_from(unsigned first) {
  AppendId id;
  for (std::byte& byte : id) byte = static_cast<std::byte>(first++);
  return id;
}

TEST(FormatPage, ShowsTheSegmentThatTheCodeWrites) {
  const std::string text = page();
  Bytes block(kBlockBytes);
  encode_segment_header({.ordinal = 1, .generation = kGeneration, .file_bytes = 1u << 20}, block);
  expect_on_page(text, 0, block);
  const Chain first = next_chain(Chain{}, as_bytes("first entry"));
  const std::uint32_t crc =
      encode_record({.generation = kGeneration, .sequence = 1, .id = id_from(0xa0), .chain = first},
                    as_bytes("first entry"), block);
  expect_on_page(text, 0x1000, block);
  encode_record({.generation = kGeneration,
                 .sequence = 2,
                 .previous_crc = crc,
                 .id = id_from(0xb0),
                 .chain = next_chain(first, as_bytes("second"))},
                as_bytes("second"), block);
  expect_on_page(text, 0x2000, block);
}

TEST(FormatPage, ShowsTheSnapshotThatTheCodeWrites) {
  const Chain first = next_chain(Chain{}, as_bytes("first entry"));
  SnapshotHeader header{
      .sequence = 2, .chain = next_chain(first, as_bytes("second")), .random = 0x209dea64a8acf052};
  seal(header);
  Bytes file;
  ByteWriter out(file);
  out.raw(bytes_of(header));
  SnapshotBlock block{.length = 15, .index = 0};
  block.crc = snapshot_block_crc(block, as_bytes("state after two"), header.crc);
  out.raw(bytes_of(block));
  out.raw(as_bytes("state after two"));
  SnapshotBlock last{.length = 0, .index = 1};
  const std::uint64_t total = 15;
  last.crc = snapshot_block_crc(last, bytes_of(total), block.crc);
  out.raw(bytes_of(last));
  out.raw(bytes_of(total));
  expect_on_page(page(), 0, file);
}

}  // namespace
}  // namespace holdfast::journal::file
