#include "base/bytes.h"

#include <limits>

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Bytes, RoundTripsEveryShape) {
  Bytes buffer;
  ByteWriter out(buffer);
  out.u8(7);
  out.u32(0xdeadbeef);
  out.u64(std::numeric_limits<std::uint64_t>::max());
  for (std::uint64_t v : {0ull, 127ull, 128ull, 1ull << 53, ~0ull}) out.varint(v);
  for (std::int64_t v : {0ll, -1ll, 1ll, std::numeric_limits<long long>::min()}) out.signed_varint(v);
  out.text("deploy/prod");
  ByteReader in(buffer);
  EXPECT_EQ(in.u8(), 7);
  EXPECT_EQ(in.u32(), 0xdeadbeef);
  EXPECT_EQ(in.u64(), std::numeric_limits<std::uint64_t>::max());
  for (std::uint64_t v : {0ull, 127ull, 128ull, 1ull << 53, ~0ull}) EXPECT_EQ(in.varint(), v);
  for (std::int64_t v : {0ll, -1ll, 1ll, std::numeric_limits<long long>::min()})
    EXPECT_EQ(in.signed_varint(), v);
  EXPECT_EQ(in.text(), "deploy/prod");
  EXPECT_TRUE(in.done());
}

TEST(Bytes, EveryTruncationFailsAndStaysFailed) {
  Bytes buffer;
  ByteWriter out(buffer);
  out.u64(1);
  out.varint(300);
  out.text("abc");
  for (std::size_t size = 0; size < buffer.size(); ++size) {
    ByteReader in(ByteView(buffer).first(size));
    in.u64();
    in.varint();
    in.text();
    EXPECT_TRUE(in.failed()) << size;
    EXPECT_EQ(in.u8(), 0);
    EXPECT_EQ(in.remaining(), 0u);
  }
}

TEST(Bytes, RefusesAVarintOfMoreThan64Bits) {
  const Bytes overlong(11, std::byte{0xff});
  ByteReader in(overlong);
  in.varint();
  EXPECT_TRUE(in.failed());
}

TEST(Bytes, ALengthLargerThanTheBufferFails) {
  Bytes buffer;
  ByteWriter(buffer).varint(~0ull);
  ByteReader in(buffer);
  EXPECT_EQ(in.text(), "");
  EXPECT_TRUE(in.failed());
}

}  // namespace
}  // namespace holdfast
