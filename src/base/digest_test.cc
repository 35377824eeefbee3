#include "base/digest.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(SetDigest, DependsOnTheSetAndNotOnItsHistory) {
  SetDigest forward, backward, detour;
  for (const char* e : {"a", "b", "c"}) forward.add(as_bytes(e));
  for (const char* e : {"c", "b", "a"}) backward.add(as_bytes(e));
  for (const char* e : {"x", "a", "c", "y", "b"}) detour.add(as_bytes(e));
  for (const char* e : {"y", "x"}) detour.remove(as_bytes(e));
  EXPECT_EQ(forward, backward);
  EXPECT_EQ(forward, detour);
}

TEST(SetDigest, TellsSetsApartAndEmptiesToZero) {
  SetDigest one, two;
  one.add(as_bytes("a"));
  two.add(as_bytes("b"));
  EXPECT_NE(one, two);
  one.remove(as_bytes("a"));
  EXPECT_EQ(one, SetDigest{});
}

TEST(SetDigest, CarriesBetweenItsHalves) {
  SetDigest digest;
  for (int i = 0; i < 1000; ++i) digest.add(as_bytes(std::to_string(i)));
  for (int i = 0; i < 1000; ++i) digest.remove(as_bytes(std::to_string(i)));
  EXPECT_EQ(digest, SetDigest{});
}

}  // namespace
}  // namespace holdfast
