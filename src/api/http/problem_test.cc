#include "api/http/problem.h"

#include <set>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace holdfast::api::http {
namespace {

using service::Code;

boost::json::value body_of(const lock::Refused& refused) {
  std::string text;
  JsonWriter out(text);
  write_problem(out, lock::Revision{5}, refused, "");
  return boost::json::parse(text);
}

TEST(Problem, TheTableIsCompleteAndInOrder) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < service::kCodeCount; ++i) {
    const ProblemKind& kind = problem_kind(static_cast<Code>(i));
    EXPECT_GE(kind.status, 400);
    EXPECT_FALSE(kind.title.empty());
    EXPECT_TRUE(names.insert(service::name_of(kind.code)).second);
  }
}

TEST(Problem, EveryLockCodeHasItsDocumentedStatus) {
  using lock::Code;
  const std::vector<std::pair<Code, int>> documented{{Code::invalid_argument, 400},
                                                     {Code::permission_denied, 403},
                                                     {Code::not_found, 404},
                                                     {Code::held, 409},
                                                     {Code::deadlock, 409},
                                                     {Code::limit_mismatch, 409},
                                                     {Code::request_id_reused, 409},
                                                     {Code::lock_delay, 409},
                                                     {Code::already_held, 409},
                                                     {Code::cancelled, 409},
                                                     {Code::in_use, 409},
                                                     {Code::lease_gone, 410},
                                                     {Code::etag_mismatch, 412},
                                                     {Code::too_large, 413},
                                                     {Code::too_many_requests, 429},
                                                     {Code::overloaded, 503},
                                                     {Code::journal_unavailable, 503},
                                                     {Code::outcome_unknown, 503},
                                                     {Code::no_leader, 503}};
  EXPECT_EQ(documented.size(), static_cast<std::size_t>(Code::no_leader) + 1);
  for (const auto& [code, status] : documented) {
    EXPECT_EQ(problem_kind(service::code_of(code)).status, status);
    EXPECT_EQ(body_of({.code = code}).at("status").as_int64(), status);
  }
}

TEST(Problem, HeldSaysWhoAndHowLong) {
  lock::Refused refused{.code = lock::Code::held, .detail = "a is held", .key = "a"};
  refused.holders.push_back({.lease = {3}, .owner = "h", .token = {8}});
  refused.holder_count = 1;
  refused.queue_length = 2;
  refused.blocked_by.push_back({.waiter = {4}, .position = 1});
  refused.waited = lock::Millis(10);
  refused.retry_after = lock::Millis(1'500);
  const auto body = body_of(refused);
  EXPECT_EQ(body.at("type").as_string(), "/docs/problems#held");
  EXPECT_EQ(body.at("code").as_string(), "held");
  EXPECT_EQ(body.at("detail").as_string(), "a is held");
  EXPECT_EQ(body.at("key").as_string(), "a");
  EXPECT_EQ(body.at("holders").at(0).at("fencing_token").as_int64(), 8);
  EXPECT_EQ(body.at("queue_length").as_int64(), 2);
  EXPECT_EQ(body.at("blocked_by").at(0).at("waiter").as_int64(), 4);
  EXPECT_EQ(body.at("waited_ms").as_int64(), 10);
  EXPECT_EQ(body.at("retry_after_ms").as_int64(), 1'500);
  EXPECT_EQ(body.at("revision").as_int64(), 5);
}

TEST(Problem, LeaseGoneSaysHow) {
  const auto body = body_of(
      {.code = lock::Code::lease_gone, .ended = lock::EndedInfo{lock::Ended::broken, "alice", "stuck"}});
  EXPECT_EQ(body.at("ended_by").as_string(), "break");
  EXPECT_FALSE(body.as_object().contains("holders"));
  EXPECT_FALSE(body_of({.code = lock::Code::lease_gone}).as_object().contains("ended_by"));
}

TEST(Problem, RetryAfterIsForTheBusyOnly) {
  EXPECT_EQ(retry_after_seconds(Code::overloaded, {}), 1u);
  EXPECT_EQ(retry_after_seconds(Code::too_many_requests, lock::Millis(1'001)), 2u);
  EXPECT_EQ(retry_after_seconds(Code::no_leader, lock::Millis(0)), 1u);
  EXPECT_FALSE(retry_after_seconds(Code::held, lock::Millis(5'000)));
  EXPECT_EQ(body_of({.code = lock::Code::overloaded}).at("retry_after_ms").as_int64(), 1'000);
  EXPECT_TRUE(body_of({.code = lock::Code::held}).at("retry_after_ms").is_null());
}

}  // namespace
}  // namespace holdfast::api::http
