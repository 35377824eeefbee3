#include "cli/suggest.h"

#include <gtest/gtest.h>

namespace holdfast::cli {
namespace {

TEST(Nearest, FindsTheTypingError) {
  const std::vector<std::string> known = {"run", "acquire", "release", "renew", "status", "ls"};
  EXPECT_EQ(nearest("aquire", known), "acquire");
  EXPECT_EQ(nearest("relaese", known), "release");
  EXPECT_EQ(nearest("rnu", known), "run");
  EXPECT_EQ(nearest("stauts", known), "status");
}

TEST(Nearest, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest("frobnicate", {"run", "acquire"}), "");
  EXPECT_EQ(nearest("", {"run"}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), {"run"}), "");
}

}  // namespace
}  // namespace holdfast::cli
