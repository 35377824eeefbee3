#include <gtest/gtest.h>

#include "api/resp/error_line.h"
#include "api/resp/options.h"
#include "api/resp/reply_writer.h"
#include "service/code.h"

// Replies, errors, and the options of commands.

namespace holdfast::api::resp {
namespace {

template <class Write>
std::string written(Protocol protocol, Write write) {
  std::string out;
  ReplyWriter writer(out, protocol);
  write(writer);
  return out;
}

TEST(RespReply, EachKindInBothProtocols) {
  const auto all = [](ReplyWriter& out) {
    out.status("OK");
    out.integer(-5);
    out.text("a\r\nb");
    out.null();
    out.truth(true);
    out.map(1);
    out.member("k", 1);
    out.array(0);
  };
  EXPECT_EQ(written(Protocol::resp2, all),
            "+OK\r\n:-5\r\n$4\r\na\r\nb\r\n$-1\r\n:1\r\n*2\r\n$1\r\nk\r\n:1\r\n*0\r\n");
  EXPECT_EQ(written(Protocol::resp3, all),
            "+OK\r\n:-5\r\n$4\r\na\r\nb\r\n_\r\n#t\r\n%1\r\n$1\r\nk\r\n:1\r\n*0\r\n");
}

TEST(RespReply, AnErrorIsOneLineWhateverIsInIt) {
  EXPECT_EQ(written(Protocol::resp2, [](ReplyWriter& out) { out.error("ERR a\r\n+OK"); }), "-ERR a  +OK\r\n");
}

TEST(RespError, WordsOfTheCodes) {
  using enum service::Code;
  EXPECT_EQ(word_of(lease_gone), "GONE");
  EXPECT_EQ(word_of(outcome_unknown), "UNKNOWN");
  EXPECT_EQ(word_of(permission_denied), "NOPERM");
  EXPECT_EQ(word_of(invalid_argument), "INVALID");
  EXPECT_EQ(word_of(held), "HELD");
  EXPECT_EQ(word_of(limit_mismatch), "LIMITMISMATCH");
  EXPECT_EQ(word_of(no_leader), "NOLEADER");
  EXPECT_EQ(word_of(too_large), "TOOLARGE");
}

TEST(RespError, FieldsArePercentEncoded) {
  lock::Refused refused{.code = lock::Code::held, .detail = "it is held", .key = "a b=c%/d"};
  refused.holders.push_back({.lease = {7}, .owner = "J\xC3\xB6rg", .token = {9}, .held = lock::Millis(3)});
  refused.queue_length = 2;
  EXPECT_EQ(written(Protocol::resp2, [&](ReplyWriter& out) { write_refusal(out, refused); }),
            "-HELD key=a%20b%3Dc%25/d owner=J%C3%B6rg held_ms=3 lease=7 fencing_token=9 queue=2\r\n");
}

TEST(RespError, AFaultNamesItsFieldAndSaysWhy) {
  const service::Fault fault{service::Code::invalid_argument, "a ttl is too long", "ttl_ms"};
  EXPECT_EQ(written(Protocol::resp2, [&](ReplyWriter& out) { write_fault(out, fault); }),
            "-INVALID field=ttl_ms - a ttl is too long\r\n");
}

TEST(RespError, OfManyLossesSomeAreNamed) {
  std::vector<lock::LossInfo> losses;
  for (int i = 0; i < 12; ++i) losses.push_back({"k", {1}, {lock::Ended::broken, "me", "why not"}});
  const std::string line = written(Protocol::resp2, [&](ReplyWriter& out) { write_losses(out, losses); });
  EXPECT_TRUE(line.starts_with("-LOST key=k fencing_token=1 ended_by=break by=me reason=why%20not key=k"));
  EXPECT_TRUE(line.ends_with(" more=2\r\n"));
}

TEST(RespOptions, KeysEndAtAnOptionUnlessTheyAreCounted) {
  constexpr std::string_view kNames[] = {"TTL", "WAIT"};
  const std::vector<std::string_view> plain{"a", "b", "ttl", "5"};
  Options in{plain};
  EXPECT_EQ(in.keys(kNames), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_TRUE(in.take("TTL"));
  EXPECT_EQ(in.integer("TTL"), 5);
  EXPECT_TRUE(in.at_end());
  EXPECT_FALSE(in.finish());

  const std::vector<std::string_view> counted{"keys", "2", "TTL", "KEYS", "WAIT", "1"};
  Options other{counted};
  EXPECT_EQ(other.keys(kNames), (std::vector<std::string_view>{"TTL", "KEYS"}));
  EXPECT_TRUE(other.take("WAIT"));
}

TEST(RespOptions, TheFirstThingThatIsWrongIsTold) {
  const auto fault_of = [](std::vector<std::string_view> words) {
    Options in{words};
    in.keys({});
    while (in.take("N")) in.integer("N");
    return in.finish();
  };
  EXPECT_EQ(fault_of({"KEYS", "x", "a"})->field, "KEYS");
  EXPECT_EQ(fault_of({"KEYS", "0"})->field, "KEYS");
  EXPECT_EQ(fault_of({"KEYS", "3", "a", "b"})->field, "KEYS");
  EXPECT_EQ(fault_of({"KEYS", "1", "a", "N"})->detail, "N is missing");
  EXPECT_EQ(fault_of({"KEYS", "1", "a", "N", "1x"})->detail, "N must be a whole number");
  EXPECT_EQ(fault_of({"KEYS", "1", "a", "M"})->detail, "'M' is no option here");
}

}  // namespace
}  // namespace holdfast::api::resp
