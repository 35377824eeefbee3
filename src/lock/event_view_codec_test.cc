// The bytes of told events: what is written comes back, and nothing that is cut or changed is taken for it.

#include "lock/event_view_codec.h"

#include <gtest/gtest.h>

namespace holdfast::lock {
namespace {

EventView full_view(EventKind kind) {
  return {.revision = Revision{1ull << 40},
          .at = WallTime(Millis(1'800'000'000'000)),
          .kind = kind,
          .keys = {{"a/b", Mode::exclusive, "", 1, FencingToken{1ull << 52}},
                   {"c", Mode::shared, "read", 7, FencingToken{3}}},
          .lease = LeaseId{5},
          .waiter = WaiterId{6},
          .owner = "owner",
          .principal = "principal",
          .reason = "reason",
          .by = "by",
          .outcome = "timed_out",
          .lease_ended = true,
          .ttl = kNoExpiry,
          .number = 9};
}

Bytes encoded(const EventView& view) {
  Bytes bytes;
  ByteWriter out(bytes);
  encode_view(view, out);
  return bytes;
}

TEST(EventViewCodec, EveryKindComesBack) {
  for (std::size_t kind = 0; kind < kEventKindCount; ++kind) {
    const EventView view = full_view(static_cast<EventKind>(kind));
    const Bytes bytes = encoded(view);
    ByteReader in(bytes);
    EXPECT_EQ(decode_view(in), view);
    EXPECT_TRUE(in.done());
  }
}

TEST(EventViewCodec, AnEmptyViewComesBack) {
  const Bytes bytes = encoded(EventView{});
  ByteReader in(bytes);
  EXPECT_EQ(decode_view(in), EventView{});
}

TEST(EventViewCodec, EveryTruncationFails) {
  const Bytes bytes = encoded(full_view(EventKind::granted));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(ByteView(bytes).first(size));
    EXPECT_EQ(decode_view(in), std::nullopt) << "cut to " << size;
    EXPECT_TRUE(in.failed());
  }
}

TEST(EventViewCodec, AnUnknownKindFails) {
  Bytes bytes = encoded(full_view(EventKind::granted));
  bytes[0] = static_cast<std::byte>(kEventKindCount);
  ByteReader in(bytes);
  EXPECT_EQ(decode_view(in), std::nullopt);
}

}  // namespace
}  // namespace holdfast::lock
