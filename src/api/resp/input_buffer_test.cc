#include "api/resp/input_buffer.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace holdfast::api::resp {
namespace {

void receive(InputBuffer& in, std::string_view bytes) {
  const auto space = in.space();
  ASSERT_GE(space.size(), bytes.size());
  std::ranges::copy(bytes, space.begin());
  in.add(bytes.size());
}

TEST(RespInput, GivesBackWhatCameAndIsNotDropped) {
  InputBuffer in;
  receive(in, "abc");
  receive(in, "def");
  in.drop(2);
  receive(in, "g");
  EXPECT_EQ(in.bytes(), "cdefg");
  in.drop(5);
  EXPECT_EQ(in.size(), 0u);
}

TEST(RespInput, GrowsForWhatDoesNotFitAndShrinksAfterwards) {
  InputBuffer in;
  const std::size_t small = in.space().size();
  std::string all;
  for (int i = 0; i < 300; ++i) {
    const std::string piece(std::min<std::size_t>(in.space().size(), 4'000), static_cast<char>('a' + i % 26));
    receive(in, piece);
    all += piece;
  }
  EXPECT_EQ(in.bytes(), all);
  in.drop(all.size());
  EXPECT_LE(in.space().size(), 16u << 10);
  receive(in, "x");
  in.drop(1);
  EXPECT_EQ(in.space().size(), small);
}

TEST(RespInput, SpaceOfAReadThatIsPendingStays) {
  InputBuffer in;
  receive(in, "first");
  const auto space = in.space();
  in.drop(5);  // meanwhile what was there is used
  std::ranges::copy(std::string_view("second"), space.begin());
  in.add(6);
  EXPECT_EQ(in.bytes(), "second");
}

}  // namespace
}  // namespace holdfast::api::resp
