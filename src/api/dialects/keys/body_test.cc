#include "api/dialects/keys/body.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace holdfast::api::keys {
namespace {

boost::json::object object(std::string_view text) {
  return boost::json::parse({text.data(), text.size()}).as_object();
}

std::string fault_of_exp(std::string_view text) {
  const auto exp = read_exp(object(text));
  return exp ? "" : exp.error().detail;
}

std::optional<std::int64_t> exp_of(std::string_view text) {
  return *read_exp(object(text));
}

TEST(Body, ReadsExpAsItsServerDoes) {
  EXPECT_EQ(exp_of(R"({"exp":250})"), 250);
  EXPECT_EQ(exp_of(R"({"exp":"250"})"), 250);
  EXPECT_EQ(exp_of(R"({"exp":"250abc"})"), 250);
  EXPECT_EQ(exp_of(R"({"exp":" +7"})"), 7);
  EXPECT_EQ(exp_of(R"({"exp":-5})"), -5);
  EXPECT_EQ(exp_of(R"({"exp":99.9})"), 99);
  for (const char* nothing : {"{}", R"({"exp":0})", R"({"exp":null})", R"({"exp":""})", R"({"exp":false})"}) {
    EXPECT_EQ(exp_of(nothing), std::nullopt) << nothing;
  }
  for (const char* bad : {R"({"exp":"hello"})", R"({"exp":"0"})", R"({"exp":true})", R"({"exp":{}})"}) {
    EXPECT_EQ(fault_of_exp(bad), "invalid key `exp`, should be a number") << bad;
  }
}

TEST(Body, BoundsExp) {
  EXPECT_EQ(exp_of(R"({"exp":86400000})"), 86'400'000);
  EXPECT_EQ(fault_of_exp(R"({"exp":86400001})"), "invalid key `exp`, should be at most 86400000");
  EXPECT_NE(fault_of_exp(R"({"exp":"99999999999999999999999"})"), "");
  EXPECT_EQ(exp_of(R"({"exp":"-99999999999999999999999"})"), INT64_MIN);
}

TEST(Body, ReadsUids) {
  EXPECT_EQ(*read_uid(object(R"({"uid":"a"})")), "a");
  EXPECT_EQ(*read_uid(object(R"({"uid":7})")), "7");
  EXPECT_EQ(read_uid(object(R"({"uid":0})")).error().detail, "key `uid` is required");
  EXPECT_EQ(read_uid(object("{}")).error().detail, "key `uid` is required");
  EXPECT_FALSE(read_uid(object(R"({"uid":["a"]})")));
}

TEST(Body, ReadsKeys) {
  using Keys = std::vector<std::string>;
  EXPECT_EQ(*read_keys(object(R"({"keys":"a"})")), Keys{"a"});
  EXPECT_EQ(*read_keys(object(R"({"keys":["a",1]})")), (Keys{"a", "1"}));
  EXPECT_EQ(*read_keys(object(R"({"keys":[]})")), Keys{});
  EXPECT_EQ(read_keys(object("{}")).error().detail, "key `keys` is required");
  EXPECT_FALSE(read_keys(object(R"({"keys":{"a":1}})")));
  EXPECT_FALSE(read_keys(object(R"({"keys":[""]})")));
}

TEST(Body, ReadsTokens) {
  const auto tokens = read_tokens(object(R"({"keys":[{"key":"a","version":7},{"key":"b","version":"8"}]})"));
  ASSERT_TRUE(tokens);
  EXPECT_EQ((*tokens)[0].version, 7u);
  EXPECT_EQ((*tokens)[1].version, 8u);
  EXPECT_EQ(read_tokens(object(R"({"tokens":[{"key":"a","version":7}]})"))->front().key, "a");
  EXPECT_EQ(read_tokens(object(R"({"keys":[{"key":"a","version":-7}]})"))->front().version, 0u);
  EXPECT_EQ(read_tokens(object(R"({"keys":[{"key":"a","version":1.5}]})"))->front().version, 0u);
  for (const char* bad : {R"({"keys":"a"})", R"({"keys":["a"]})", R"({"keys":[{"key":"a"}]})"}) {
    EXPECT_EQ(read_tokens(object(bad)).error().detail,
              "key `keys` should be an array of objects with keys `key` and `version`")
        << bad;
  }
}

}  // namespace
}  // namespace holdfast::api::keys
