#include "api/http/json_writer.h"

#include <limits>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "api/http/lock_json.h"

namespace holdfast::api::http {
namespace {

TEST(JsonWriter, WritesWhatAParserReads) {
  std::string every_byte;
  for (int c = 0; c < 128; ++c) every_byte += static_cast<char>(c);
  every_byte += "ä€𝄞";
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.member("text", every_byte);
  out.member("\"odd\"\n", "");
  out.member("most", std::numeric_limits<std::uint64_t>::max());
  out.member("small", std::uint32_t{7});
  out.member("yes", true);
  out.member("minus", lock::Millis(-1));
  out.member("none", std::optional<lock::Millis>());
  out.key("list");
  out.begin_array();
  out.number(1);
  out.begin_array();
  out.end_array();
  out.begin_object();
  out.end_object();
  out.text("x");
  out.end_array();
  out.end_object();
  const auto value = boost::json::parse(text);
  EXPECT_EQ(value.at("text").as_string(), every_byte);
  EXPECT_EQ(value.at("\"odd\"\n").as_string(), "");
  EXPECT_EQ(value.at("most").to_number<std::uint64_t>(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(value.at("small").to_number<int>(), 7);
  EXPECT_TRUE(value.at("yes").as_bool());
  EXPECT_EQ(value.at("minus").as_int64(), -1);
  EXPECT_TRUE(value.at("none").is_null());
  EXPECT_EQ(boost::json::serialize(value.at("list")), R"([1,[],{},"x"])");
}

TEST(LockJson, AcquiredIsTheDocumentedBody) {
  const service::LeaseHandles handles{std::array<std::byte, 32>{}};
  lock::Acquired acquired;
  acquired.lease = {
      .id = {7}, .owner = "me \"x\"", .ttl = lock::Millis(30'000), .expires_in = lock::Millis(29'990)};
  acquired.grants.push_back({.key = "a/b", .token = {41}, .fence_floor = {40}});
  acquired.grants.push_back(
      {.key = "c", .mode = lock::Mode::shared, .permits = 3, .token = {42}, .fence_floor = {42}});
  acquired.grants.push_back(
      {.key = "d", .mode = lock::Mode::shared, .group = "w", .token = {43}, .fence_floor = {43}});
  acquired.waited = lock::Millis(5);
  acquired.queued = lock::Millis(6);
  std::string text;
  JsonWriter out(text);
  write_reply(out, lock::Revision{99}, acquired, handles);
  const auto body = boost::json::parse(text);
  EXPECT_EQ(body.at("lease").at("id").as_string(), "7");
  EXPECT_EQ(handles.check(std::string(body.at("lease").at("handle").as_string())), lock::LeaseId{7});
  EXPECT_EQ(body.at("lease").at("owner").as_string(), "me \"x\"");
  EXPECT_EQ(body.at("lease").at("expires_in_ms").as_int64(), 29'990);
  EXPECT_EQ(boost::json::serialize(body.at("grants").at(0)),
            R"({"key":"a/b","mode":"exclusive","group":null,"permits":1,"fencing_token":41,"fence_floor":40,)"
            R"("acquired_at":"1970-01-01T00:00:00.000Z"})");
  EXPECT_EQ(body.at("grants").at(1).at("group").as_string(), "read");
  EXPECT_EQ(body.at("grants").at(1).at("permits").as_int64(), 3);
  EXPECT_EQ(body.at("grants").at(2).at("group").as_string(), "w");
  EXPECT_EQ(body.at("waited_ms").as_int64(), 5);
  EXPECT_EQ(body.at("queued_ms").as_int64(), 6);
  EXPECT_EQ(body.at("revision").as_int64(), 99);
}

TEST(LockJson, NoExpiryIsNull) {
  const service::LeaseHandles handles{std::array<std::byte, 32>{}};
  std::string text;
  JsonWriter out(text);
  write_reply(out, lock::Revision{1}, lock::Renewed{{.id = {7}, .ttl = lock::kNoExpiry}}, handles);
  const auto lease = boost::json::parse(text).at("lease");
  EXPECT_EQ(lease.at("ttl_ms").as_int64(), -1);
  EXPECT_TRUE(lease.at("expires_in_ms").is_null());
}

TEST(LockJson, ALockShowsHoldersAndQueue) {
  lock::LockView view{
      .key = "k", .state = lock::LockState::shared, .limit = 4, .holder_count = 1, .queue_length = 1};
  view.holders.push_back({.lease = {3}, .owner = "h", .mode = lock::Mode::shared, .metadata = R"({"a":1})"});
  view.queue.push_back({.waiter = {9}, .owner = "w", .position = 1, .waiting = lock::Millis(2)});
  std::string text;
  JsonWriter out(text);
  service::KeyStatistics statistics;
  statistics.grants = 3;
  statistics.waits.add(lock::Millis(7));
  write_lock(out, view, &statistics);
  const auto body = boost::json::parse(text);
  EXPECT_EQ(body.at("state").as_string(), "shared");
  EXPECT_EQ(body.at("limit").as_int64(), 4);
  EXPECT_EQ(body.at("holders").at(0).at("lease").as_string(), "3");
  EXPECT_EQ(body.at("holders").at(0).at("metadata").at("a").as_int64(), 1);
  EXPECT_TRUE(body.at("holders").at(0).at("reason").is_null());
  EXPECT_EQ(body.at("queue").at(0).at("waiter").as_int64(), 9);
  EXPECT_TRUE(body.at("queue").at(0).at("lease").is_null());
  EXPECT_TRUE(body.at("settings").is_null());
  EXPECT_EQ(body.at("stats").at("grants").as_int64(), 3);
  EXPECT_EQ(body.at("stats").at("wait_ms_p99").as_int64(), 7);
  EXPECT_TRUE(body.at("stats").at("hold_ms_p50").is_null());
}

}  // namespace
}  // namespace holdfast::api::http
