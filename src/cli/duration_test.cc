#include "cli/duration.h"

#include <gtest/gtest.h>

namespace holdfast::cli {
namespace {

using namespace std::chrono_literals;

TEST(Duration, TakesUnitsAndBareSeconds) {
  EXPECT_EQ(*parse_duration("500ms"), 500ms);
  EXPECT_EQ(*parse_duration("30s"), 30s);
  EXPECT_EQ(*parse_duration("30"), 30s);
  EXPECT_EQ(*parse_duration("0"), 0s);
  EXPECT_EQ(*parse_duration("0.25"), 250ms);
  EXPECT_EQ(*parse_duration("5m"), 5min);
  EXPECT_EQ(*parse_duration("1.5h"), 90min);
  EXPECT_EQ(*parse_duration("2d"), 48h);
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* text : {"", "s", "-5s", "-0", "1h30m", "5 s", " 5s", "5s ", "0x10", "nan", "inf", "1e3",
                           "5x", "99999999d", "-1", "none"}) {
    EXPECT_TRUE(parse_duration(text).has_error()) << text;
  }
}

TEST(Duration, HasAWordForNoLimitWhereThatMakesSense) {
  EXPECT_EQ(*parse_duration_or_none("-1"), -1ms);
  EXPECT_EQ(*parse_duration_or_none("none"), -1ms);
  EXPECT_EQ(*parse_duration_or_none("1"), 1s);
  EXPECT_TRUE(parse_duration_or_none("-2").has_error());
}

TEST(Duration, IsShownWithTwoUnitsAtMost) {
  EXPECT_EQ(format_duration(0ms), "0ms");
  EXPECT_EQ(format_duration(999ms), "999ms");
  EXPECT_EQ(format_duration(12'900ms), "12s");
  EXPECT_EQ(format_duration(190s), "3m10s");
  EXPECT_EQ(format_duration(5min), "5m");
  EXPECT_EQ(format_duration(2h + 5min + 3s), "2h5m");
  EXPECT_EQ(format_duration(99h), "4d3h");
}

}  // namespace
}  // namespace holdfast::cli
