#include "http_reply.h"

#include <gtest/gtest.h>

namespace holdfast::load {
namespace {

constexpr std::string_view kReply =
    "HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\ncontent-length: 9\r\n\r\n"
    "{\"a\":\"b\"}HTTP/1.1 200 OK\r\n";

TEST(HttpReply, IsReadOnlyWhenItIsThereWhole) {
  const std::size_t whole = kReply.find("HTTP/1.1 200");
  for (std::size_t size = 0; size < whole; ++size) {
    EXPECT_FALSE(read_reply(kReply.substr(0, size))) << size;
  }
  const auto reply = read_reply(kReply);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 409);
  EXPECT_EQ(reply->body, "{\"a\":\"b\"}");
  EXPECT_EQ(reply->bytes, whole);
}

TEST(HttpReply, WithoutALengthIsNone) {
  const auto reply = read_reply("HTTP/1.1 200 OK\r\nX: y\r\n\r\nbody");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, -1);
}

TEST(JsonMember, IsFoundByItsWholeName) {
  constexpr std::string_view kJson =
      R"({"lease":{"id":"7","handle":"7.x\"y"},"key":"token","fencing_token":12,"token":-3,"none":null})";
  EXPECT_EQ(text_member(kJson, "id"), "7");
  EXPECT_EQ(text_member(kJson, "handle"), R"(7.x\"y)");
  EXPECT_EQ(number_member(kJson, "token"), -3);
  EXPECT_EQ(number_member(kJson, "fencing_token"), 12);
  EXPECT_FALSE(number_member(kJson, "none"));
  EXPECT_FALSE(text_member(kJson, "none"));
  EXPECT_FALSE(text_member(kJson, "absent"));
  EXPECT_EQ(text_member(after_member(kJson, "id"), "handle"), R"(7.x\"y)");
}

}  // namespace
}  // namespace holdfast::load
