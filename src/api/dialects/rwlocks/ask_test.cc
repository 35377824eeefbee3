#include "api/dialects/rwlocks/ask.h"

#include <gtest/gtest.h>

namespace holdfast::api::rwlocks {
namespace {

TEST(Ask, ReadsNumbersAsTheFrameworkOfTheOriginal) {
  EXPECT_EQ(read_number("70"), 70);
  EXPECT_EQ(read_number(" 70 "), 70);
  EXPECT_EQ(read_number("+70"), 70);
  EXPECT_EQ(read_number("-5"), -5);
  EXPECT_EQ(read_number("99999999999999999999"), INT64_MAX);
  EXPECT_EQ(read_number("-99999999999999999999"), INT64_MIN);
  for (const char* bad : {"", " ", "7.0", "seven", "+-7", "7x", "0x7"}) {
    EXPECT_EQ(read_number(bad), std::nullopt) << bad;
  }
}

TEST(Ask, ReadsTruthValues) {
  for (const char* yes : {"true", "True", "1", "yes", "on", "t", "Y"})
    EXPECT_EQ(read_truth(yes), true) << yes;
  for (const char* no : {"false", "FALSE", "0", "no", "off", "f", "n"})
    EXPECT_EQ(read_truth(no), false) << no;
  for (const char* bad : {"", "2", "maybe", " true"}) EXPECT_EQ(read_truth(bad), std::nullopt) << bad;
}

TEST(Ask, GivesEachTenantItsOwnKeys) {
  EXPECT_EQ(key_of("team-a", "L1"), "rw/team-a/L1");
  EXPECT_EQ(key_of("", "L1"), "rw/_/L1");
  EXPECT_EQ(key_of("_", "L1"), "rw/%5F/L1");
  EXPECT_EQ(key_of("a/b c%", "L 1"), "rw/a%2Fb%20c%25/L 1");
  EXPECT_EQ(key_of("\xc3\xa9", "L1"), "rw/%C3%A9/L1");
  EXPECT_EQ(key_of("..", "L1"), "rw/%2E%2E/L1");
}

TEST(Ask, RefusesInTheShapesOfTheOriginal) {
  const auto refusal = [](service::Code code) {
    std::string body;
    const int status = write_refusal({code, "the reason", ""}, body);
    return std::to_string(status) + " " + body;
  };
  EXPECT_EQ(refusal(service::Code::not_found), R"(404 {"detail":"Not Found"})");
  EXPECT_EQ(refusal(service::Code::method_not_allowed), R"(405 {"detail":"Method Not Allowed"})");
  EXPECT_EQ(refusal(service::Code::invalid_argument), R"(400 {"Error message":"the reason"})");
  EXPECT_EQ(refusal(service::Code::too_many_requests), R"(429 {"Error message":"the reason"})");
}

}  // namespace
}  // namespace holdfast::api::rwlocks
