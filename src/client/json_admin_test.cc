#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "client/json_codec.h"

namespace holdfast::client {
namespace {

using namespace std::chrono_literals;

boost::json::value json(std::string_view text) {
  return boost::json::parse(text);
}

TEST(EncodeAdmin, SettingsThatAreEncodedAreReadAgain) {
  const LockSettings settings{.description = "d",
                              .owners = {"a", "b"},
                              .limit = 3,
                              .shared_groups = {"g"},
                              .lock_delay = 3s,
                              .max_hold = 1h,
                              .max_ttl = 5min,
                              .max_wait = 1ms,
                              .allow_multi_key_wait = false,
                              .record_refusals = true};
  for (const auto& sent : {settings, LockSettings{}}) {
    const std::string body = encode(RegisterRequest{.key = "k", .settings = sent, .request_id = "r"});
    const auto reply = decode<RegisterReply>(R"({"settings":)" + body + "}");
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->settings, sent);
  }
}

TEST(EncodeAdmin, ABreakNamesJustItsTarget) {
  EXPECT_EQ(json(encode(BreakRequest{.key = "k", .fencing_token = 7, .reason = "why", .request_id = "r"})),
            json(R"({"key":"k","fencing_token":7,"reason":"why","request_id":"r"})"));
  EXPECT_EQ(json(encode(BreakRequest{
                .key = "k", .lease = "5", .reason = "why", .now = true, .owner = "o", .request_id = "r"})),
            json(R"({"key":"k","lease":"5","reason":"why","now":true,"owner":"o","request_id":"r"})"));
}

TEST(DecodeAdmin, TheAnswerToARepeatedBreakHasNoToken) {
  const auto reply = decode<BreakReply>(R"({"broken":[{"key":"k","lease":"5"},{"key":"k","waiter":9}]})");
  ASSERT_TRUE(reply.has_value());
  ASSERT_EQ(reply->broken.size(), 2U);
  EXPECT_EQ(reply->broken[0].opens_in, std::nullopt);
  EXPECT_EQ(reply->broken[1].waiter, 9U);
}

TEST(DecodeAdmin, WhatIsNotAnAnswerIsSaid) {
  EXPECT_FALSE(decode<BreakReply>("{}").has_value());
  EXPECT_FALSE(decode<RegisterReply>("{}").has_value());
  EXPECT_FALSE(decode<AskReleaseReply>("{}").has_value());
  EXPECT_FALSE(decode<UnregisterReply>("{}").has_value());
}

}  // namespace
}  // namespace holdfast::client
