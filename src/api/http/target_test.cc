#include "api/http/target.h"

#include <gtest/gtest.h>

namespace holdfast::api::http {
namespace {

TEST(Target, SplitsOriginAndAbsoluteForm) {
  EXPECT_EQ(split_target("/v1/locks?prefix=a?b")->path, "/v1/locks");
  EXPECT_EQ(split_target("/v1/locks?prefix=a?b")->query, "prefix=a?b");
  EXPECT_EQ(split_target("http://localhost:7420/v1/status?x")->path, "/v1/status");
  EXPECT_EQ(split_target("https://localhost")->path, "/");
  for (const char* bad : {"", "*", "v1", "ftp://a/b", "/a#b", "localhost:7420", "http://h?x"}) {
    EXPECT_FALSE(split_target(bad)) << bad;
  }
}

// Kills: decoding twice, which would make `%2541` an `A`.
TEST(PercentDecode, DecodesOnce) {
  EXPECT_EQ(percent_decode("a%2Fb/c"), "a/b/c");
  EXPECT_EQ(percent_decode("%2541"), "%41");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("%c3%A4"), "ä");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
  for (const char* bad : {"%", "%4", "a%4g", "%%41", "% 41"}) EXPECT_FALSE(percent_decode(bad)) << bad;
}

TEST(Query, TakesKnownNamesOnce) {
  const auto query = Query::parse("prefix=a%2Fb+c&&limit=7&flag", {"prefix", "limit", "flag", "other"});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->text("prefix"), "a/b c");
  EXPECT_EQ(*query->number("limit", 100, 1), 7u);
  EXPECT_EQ(*query->number("other", 100, 1), 1u);
  EXPECT_NE(query->find("flag"), nullptr);
  EXPECT_EQ(query->find("other"), nullptr);
}

TEST(Query, RefusesTheRest) {
  EXPECT_EQ(Query::parse("x=1", {"y"}).error().field, "x");
  EXPECT_EQ(Query::parse("y=1&y=1", {"y"}).error().field, "y");
  for (const char* bad : {"y=%", "y=%zz", "y=%ff", "%f"}) EXPECT_FALSE(Query::parse(bad, {"y"})) << bad;
  for (const char* bad :
       {"n=0", "n=-1", "n=%2B1", "n=101", "n=1x", "n=", "n=1.5", "n=99999999999999999999"}) {
    const auto query = Query::parse(bad, {"n"});
    ASSERT_TRUE(query);
    const auto number = query->number("n", 100, 1);
    ASSERT_FALSE(number) << bad;
    EXPECT_EQ(number.error().field, "n");
  }
}

TEST(Query, TakesWhatIsKnownAndLeavesTheRest) {
  const Query query = Query::parse_known("key=secret&a=1&%zz&b=%ff&a=+2&=&c", {"a", "b", "c"});
  EXPECT_EQ(query.text("a"), " 2");
  EXPECT_EQ(query.find("b"), nullptr);
  EXPECT_EQ(query.text("c"), "");
  EXPECT_NE(query.find("c"), nullptr);
  EXPECT_EQ(query.find("key"), nullptr);
}

}  // namespace
}  // namespace holdfast::api::http
