#include "cli/bench/resp_reply.h"

#include <string>

#include <gtest/gtest.h>

namespace holdfast::cli::bench {
namespace {

std::string describe(const Reply& reply) {
  std::string text = reply.is_array ? "[" : "";
  for (const Value& value : reply.values) {
    switch (value.kind) {
      case Value::Kind::text:
        text += "'" + std::string(value.text) + "'";
        break;
      case Value::Kind::error:
        text += "-" + std::string(value.text);
        break;
      case Value::Kind::integer:
        text += std::to_string(value.integer);
        break;
      case Value::Kind::nil:
        text += "nil";
        break;
    }
    if (reply.is_array) text += ' ';
  }
  return text + (reply.is_array ? "]" : "");
}

struct Case {
  const char* bytes;
  const char* means;
};

constexpr Case kCases[] = {
    {"+OK\r\n", "'OK'"},
    {"-HELD key=a owner=b\r\n", "-HELD key=a owner=b"},
    {":-12\r\n", "-12"},
    {"$5\r\na\r\nbc\r\n", "'a\r\nbc'"},
    {"$0\r\n\r\n", "''"},
    {"$-1\r\n", "nil"},
    {"*-1\r\n", "nil"},
    {"*0\r\n", "[]"},
    {"*4\r\n$2\r\nab\r\n:7\r\n$-1\r\n+x\r\n", "['ab' 7 nil 'x' ]"},
};

// Whatever is cut off, a reply is partial until its last byte, and what follows is not taken.
TEST(RespReply, EveryCut) {
  for (const auto& [bytes, means] : kCases) {
    const std::string whole(bytes);
    Reply reply;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(read_reply(whole.substr(0, size), reply), Reading::partial) << whole << " up to " << size;
    }
    const std::string followed = whole + "+next\r\n";
    ASSERT_EQ(read_reply(followed, reply), Reading::whole) << whole;
    EXPECT_EQ(reply.bytes, whole.size());
    EXPECT_EQ(describe(reply), means);
  }
}

TEST(RespReply, WhatIsNoReply) {
  Reply reply;
  for (const std::string bytes :
       {"HTTP/1.1 400 Bad Request\r\n", "\r\n", ":x\r\n", "$-2\r\n", "$1\r\nabc\r\n", "*x\r\n",
        "*1\r\n*0\r\n", "*9999999\r\n", "$99999999999\r\n"}) {
    EXPECT_EQ(read_reply(bytes, reply), Reading::broken) << bytes;
  }
  EXPECT_EQ(read_reply(std::string(100'000, '+'), reply), Reading::broken);
}

TEST(RespReply, FirstWordOfAnError) {
  const std::string bytes = "-GONE ended_by=expiry\r\n";
  Reply reply;
  ASSERT_EQ(read_reply(bytes, reply), Reading::whole);
  EXPECT_TRUE(reply.is_error());
  EXPECT_EQ(reply.error_word(), "GONE");
}

}  // namespace
}  // namespace holdfast::cli::bench
