#include "api/resp/request_parser.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace holdfast::api::resp {
namespace {

using Outcome = RequestParser::Outcome;
using Words = std::vector<std::string>;

// A connection's part: keeps what is not used yet, at changing addresses.
class Reader {
 public:
  // The commands that are complete with these bytes; nothing more is read after something broken.
  void feed(std::string_view bytes) {
    held_ = std::string(held_).append(bytes);
    while (!broken) {
      const Outcome outcome = parser_.next(held_);
      if (outcome == Outcome::broken) {
        broken = true;
        fault = parser_.fault();
        return;
      }
      if (outcome == Outcome::command) {
        commands.emplace_back(parser_.arguments().begin(), parser_.arguments().end());
      }
      held_.erase(0, parser_.consumed());
      if (outcome == Outcome::need_more) return;
    }
  }

  std::vector<Words> commands;
  bool broken = false;
  std::string fault;

 private:
  RequestParser parser_;
  std::string held_;
};

Reader read(std::string_view bytes) {
  Reader reader;
  reader.feed(bytes);
  return reader;
}

std::string array_of(const Words& words) {
  std::string out = fmt::format("*{}\r\n", words.size());
  for (const std::string& word : words) out += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return out;
}

TEST(RespParser, TakesArraysAndLines) {
  const Reader reader = read("*2\r\n$4\r\nECHO\r\n$3\r\na\nb\r\nPING\r\nECHO  two\twords \n*1\r\n$0\r\n\r\n");
  EXPECT_EQ(reader.commands,
            (std::vector<Words>{{"ECHO", "a\nb"}, {"PING"}, {"ECHO", "two", "words"}, {""}}));
}

TEST(RespParser, WhatIsEmptyIsSkipped) {
  const Reader reader = read("\r\n\n*0\r\n  \r\n*-1\r\nPING\r\n\r\n");
  EXPECT_EQ(reader.commands, (std::vector<Words>{{"PING"}}));
  EXPECT_FALSE(reader.broken);
}

TEST(RespParser, QuotesInLines) {
  const Reader reader = read(R"(ECHO "a b" 'it''s' )"
                             "\n"
                             R"(ECHO "\x41\n\"\\\q" 'a\'b\n' "" TTL 5)"
                             "\r\n");
  EXPECT_TRUE(reader.broken) << "nothing may follow a closing quote but a blank";
  EXPECT_EQ(read("ECHO \"a b\" 'c d'\n").commands, (std::vector<Words>{{"ECHO", "a b", "c d"}}));
  EXPECT_EQ(read(R"(ECHO "\x41\n\"\\\q" 'a\'b\n' "" TTL 5)"
                 "\r\n")
                .commands,
            (std::vector<Words>{{"ECHO", "A\n\"\\q", "a'b\\n", "", "TTL", "5"}}));
  EXPECT_TRUE(read("ECHO \"open\r\n").broken);
}

TEST(RespParser, AnySplitGivesTheSameCommands) {
  std::mt19937 random(7);
  std::string bytes;
  std::vector<Words> wanted;
  for (int i = 0; i < 60; ++i) {
    Words words{"CMD"};
    for (unsigned n = random() % 5; n > 0; --n)
      words.push_back(std::string(random() % 40, "\r\n*$a"[random() % 5]));
    bytes += array_of(words);
    wanted.push_back(words);
    if (random() % 4 == 0) {
      bytes += "ECHO 'a b' c\r\n";
      wanted.push_back({"ECHO", "a b", "c"});
    }
  }
  EXPECT_EQ(read(bytes).commands, wanted);
  for (int round = 0; round < 200; ++round) {
    Reader reader;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = 1 + random() % (round % 2 == 0 ? 4 : 700);
      reader.feed(std::string_view(bytes).substr(at, size));
      at += size;
    }
    ASSERT_EQ(reader.commands, wanted);
  }
}

TEST(RespParser, RandomBytesAreCommandsOrBroken) {
  std::mt19937 random(11);
  constexpr std::string_view kLikely = "*$\r\n0123456789-\"' \\xPING";
  for (int round = 0; round < 2'000; ++round) {
    Reader reader;
    for (int i = 0; i < 200 && !reader.broken; ++i) {
      const char c = random() % 8 == 0 ? static_cast<char>(random()) : kLikely[random() % kLikely.size()];
      reader.feed(std::string_view(&c, 1));
    }
    EXPECT_EQ(reader.broken, !reader.fault.empty());
  }
}

TEST(RespParser, BoundsHoldBeforeTheBytesCome) {
  EXPECT_FALSE(read(fmt::format("*{}\r\n", kMaxArguments)).broken);
  EXPECT_TRUE(read(fmt::format("*{}\r\n", kMaxArguments + 1)).broken);
  EXPECT_FALSE(read(fmt::format("*2\r\n$1\r\na\r\n${}\r\n", kMaxCommandBytes - 100)).broken);
  EXPECT_TRUE(read(fmt::format("*2\r\n$1\r\na\r\n${}\r\n", kMaxCommandBytes)).broken);
  EXPECT_TRUE(read("*1\r\n$99999999999999999999\r\n").broken);
  EXPECT_TRUE(read("*" + std::string(40, '1')).broken);
  EXPECT_FALSE(read(std::string(kMaxInlineBytes, 'a')).broken);
  EXPECT_TRUE(read(std::string(kMaxInlineBytes + 1, 'a')).broken);
  EXPECT_TRUE(read(std::string(2 * kMaxArguments + 2, 'a') + " \n").commands.size() == 1);
  std::string words;
  for (std::size_t i = 0; i <= kMaxArguments; ++i) words += "a ";
  EXPECT_TRUE(read(words + "\n").broken);
}

TEST(RespParser, WhatIsNotTheProtocolIsBroken) {
  for (const std::string_view bytes :
       {"*x\r\n", "*1\n", "*\r\n", "*1\r\n#1\r\n", "*1\r\n$-1\r\n", "*1\r\n$1\r\nabc\r\n",
        "*1\r\n$1x\r\na\r\n", "GET / HTTP/1.1\r\nHost: a\r\n", "POST /a HTTP/1.0\n", "\x16\x03\x01",
        "\xff"}) {
    EXPECT_TRUE(read(bytes).broken) << bytes;
  }
}

TEST(RespParser, ACommandThatIsNotDroppedIsReadAgain) {
  RequestParser parser;
  const std::string bytes = array_of({"A", "b"}) + array_of({"C"});
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(parser.next(bytes), Outcome::command);
    EXPECT_EQ(parser.arguments().size(), 2u);
  }
  EXPECT_EQ(parser.next(std::string_view(bytes).substr(parser.consumed())), Outcome::command);
  EXPECT_EQ(parser.arguments().front(), "C");
}

}  // namespace
}  // namespace holdfast::api::resp
