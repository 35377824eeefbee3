#include "service/wall_text.h"

#include <gtest/gtest.h>

namespace holdfast::service {
namespace {

std::string text_of(std::int64_t ms) {
  std::string out;
  append_rfc3339(out, lock::WallTime(lock::Millis(ms)));
  return out;
}

TEST(WallText, IsRfc3339InUtc) {
  EXPECT_EQ(text_of(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(text_of(1'795'317'005), "1970-01-21T18:41:57.005Z");
  EXPECT_EQ(text_of(1'709'164'799'999), "2024-02-28T23:59:59.999Z");
  EXPECT_EQ(text_of(1'709'164'800'000), "2024-02-29T00:00:00.000Z");
}

}  // namespace
}  // namespace holdfast::service
