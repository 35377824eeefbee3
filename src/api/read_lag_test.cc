#include "api/read_lag.h"

#include <gtest/gtest.h>

namespace holdfast::api {
namespace {

using namespace std::chrono_literals;

TEST(ReadLag, WhatFollowsAStallMayBeLateForAsLong) {
  ReadLag lag;
  lag.may_be_late(1000s);
  for (auto now = 1000s + 10ms; now < 1007s; now += 10ms) lag.may_be_late(now);
  EXPECT_FALSE(lag.may_be_late(1007s));
  EXPECT_TRUE(lag.may_be_late(1009s));
  EXPECT_TRUE(lag.may_be_late(1009s + 1ms));
  for (auto now = 1009s + 10ms; now < 1012s; now += 10ms) lag.may_be_late(now);
  EXPECT_FALSE(lag.may_be_late(1012s));
}

TEST(ReadLag, WhoReadsAllTheTimeIsNotLate) {
  ReadLag lag;
  lag.may_be_late(0s);
  auto now = 10s + 0ms;
  for (; now < 20s; now += 49ms) lag.may_be_late(now);
  EXPECT_FALSE(lag.may_be_late(now));
}

TEST(ReadLag, AStallOfHoursIsOverInSeconds) {
  ReadLag lag;
  lag.may_be_late(0s);
  EXPECT_TRUE(lag.may_be_late(10h));
  for (auto now = std::chrono::nanoseconds(10h); now < 10h + 6s; now += 20ms) lag.may_be_late(now);
  EXPECT_FALSE(lag.may_be_late(10h + 6s));
}

}  // namespace
}  // namespace holdfast::api
