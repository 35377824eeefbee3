#include "client/json_codec.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace holdfast::client {
namespace {

using namespace std::chrono_literals;

boost::json::value json(std::string_view text) {
  return boost::json::parse(text);
}

TEST(Encode, SendsOnlyWhatIsSet) {
  const AcquireRequest request{.keys = {"k"}, .request_id = "r"};
  EXPECT_EQ(json(encode(request)), json(R"({"key":"k","mode":"exclusive","wait_ms":0,"request_id":"r"})"));
}

TEST(Encode, SendsEverythingThatIsSet) {
  const AcquireRequest request{.keys = {"a", "b"},
                               .shared = true,
                               .group = "g",
                               .permits = 2,
                               .limit = 3,
                               .ttl = -1ms,
                               .wait = -1ms,
                               .claim = 3s,
                               .reattach = 5s,
                               .owner = "o",
                               .reason = "why \"so\"",
                               .request_id = "r"};
  EXPECT_EQ(
      json(encode(request)),
      json(R"({"keys":["a","b"],"mode":"shared","group":"g","permits":2,"limit":3,"ttl_ms":-1,"wait_ms":-1,
                     "claim_ms":3000,"reattach_ms":5000,"owner":"o","reason":"why \"so\"","request_id":"r"})"));
}

TEST(Encode, ReleasesAllOrTheKeysNamed) {
  EXPECT_EQ(json(encode(ReleaseRequest{.lease = "l", .request_id = "r"})),
            json(R"({"lease":"l","request_id":"r"})"));
  EXPECT_EQ(json(encode(ReleaseRequest{.lease = "l", .keys = {"a"}, .keep_for = 1s, .request_id = "r"})),
            json(R"({"lease":"l","keys":["a"],"keep_for_ms":1000,"request_id":"r"})"));
}

constexpr std::string_view kGrant =
    R"({"lease":{"id":"7","handle":"7.x","owner":"o","ttl_ms":30000,"expires_in_ms":3000},
        "grants":[{"key":"k","mode":"exclusive","fencing_token":9007199254740991}],"waited_ms":12,"new":1})";

std::string replaced(std::string_view what, std::string_view with) {
  std::string text(kGrant);
  return text.replace(text.find(what), what.size(), with);
}

TEST(Decode, ReadsAGrant) {
  const auto reply = decode<AcquireReply>(kGrant);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->lease.handle, "7.x");
  EXPECT_EQ(reply->lease.ttl, 30s);
  EXPECT_EQ(reply->lease.expires_in, 3s);
  EXPECT_EQ(reply->waited, 12ms);
  ASSERT_EQ(reply->grants.size(), 1U);
  EXPECT_EQ(reply->grants[0].fencing_token, 9007199254740991U);
  EXPECT_EQ(reply->json, kGrant);
}

TEST(Decode, TakesAnExpiryOfNullForNone) {
  const auto reply = decode<AcquireReply>(replaced(R"("expires_in_ms":3000)", R"("expires_in_ms":null)"));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->lease.expires_in, std::nullopt);
}

// A client that took "I cannot read the expiry" for "there is none" would hold on for ever.
TEST(Decode, RefusesAGrantWhoseExpiryItCannotRead) {
  EXPECT_TRUE(decode<AcquireReply>(replaced(R"(,"expires_in_ms":3000)", "")).has_error());
  EXPECT_TRUE(
      decode<AcquireReply>(replaced(R"("expires_in_ms":3000)", R"("expires_in_ms":"3000")")).has_error());
  EXPECT_TRUE(
      decode<AcquireReply>(replaced(R"("expires_in_ms":3000)", R"("expires_in_ms":3000.5)")).has_error());
  EXPECT_TRUE(decode<RenewReply>(R"({"lease":{"id":"7"}})").has_error());
}

TEST(Decode, RefusesWhatIsNotHoldfasts) {
  for (const char* text : {"", "<html>", "[]", "{}", R"({"lease":{}})", R"({"lease":7})"}) {
    EXPECT_TRUE(decode<AcquireReply>(text).has_error()) << text;
  }
  EXPECT_TRUE(decode<AcquireReply>(replaced(R"("handle":"7.x",)", "")).has_error());
}

TEST(Decode, ReadsWhatARenewalTells) {
  const auto reply = decode<RenewReply>(
      R"({"lease":{"expires_in_ms":5},"lost":[{"key":"a","by":"bob","reason":"r"}],
          "release_requested":[{"key":"b","by":"eve","reason":"please"}]})");
  ASSERT_TRUE(reply.has_value());
  ASSERT_EQ(reply->lost.size(), 1U);
  EXPECT_EQ(reply->lost[0].by, "bob");
  EXPECT_EQ(reply->release_requested, (std::vector<ReleaseWish>{{"b", "eve", "please"}}));
}

TEST(RenewedLease, ReplacesWhatTheRenewalTellsAndKeepsTheRest) {
  const auto merged = json(with_renewed_lease(kGrant, R"({"lease":{"id":"7","expires_in_ms":30000}})"));
  EXPECT_EQ(merged.at("lease").at("expires_in_ms"), 30000);
  EXPECT_EQ(merged.at("lease").at("handle"), "7.x");
  EXPECT_EQ(merged.at("grants"), json(kGrant).at("grants"));
  EXPECT_EQ(with_renewed_lease(kGrant, "<html>"), kGrant);
}

TEST(DecodeProblem, ReadsTheFieldsOfARefusal) {
  const auto problem =
      decode_problem(409, R"({"code":"held","detail":"d","key":"k","queue_length":2,"waited_ms":5,
      "retry_after_ms":null,"holders":[{"owner":"alice","held_ms":1,"expires_in_ms":null}],
      "blocked_by":[{"waiter":5,"owner":"bob"}]})");
  EXPECT_EQ(problem.code, "held");
  EXPECT_EQ(problem.key, "k");
  EXPECT_EQ(problem.queue_length, 2U);
  EXPECT_EQ(problem.waited, 5ms);
  EXPECT_EQ(problem.retry_after, std::nullopt);
  ASSERT_EQ(problem.holders.size(), 1U);
  EXPECT_EQ(problem.holders[0].owner, "alice");
  EXPECT_EQ(problem.holders[0].expires_in, std::nullopt);
  EXPECT_EQ(problem.blocked_by, std::vector<std::string>{"bob"});
  EXPECT_FALSE(problem.transient());
}

TEST(DecodeProblem, MakesTheBestOfAProxysPage) {
  const auto problem = decode_problem(502, "<html>Bad Gateway</html>");
  EXPECT_EQ(problem.code, "");
  EXPECT_EQ(problem.text(), "HTTP status 502");
  EXPECT_TRUE(problem.transient());
}

}  // namespace
}  // namespace holdfast::client
