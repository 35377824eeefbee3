#include "cli/serve/log_format.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/details/log_msg.h>

#include "base/log_gate.h"
#include "base/log_scope.h"

namespace holdfast::cli {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHostile = "a\r\nb\x1b[31m\xc2\x9b\xe2\x80\xa8\xff\"\\ c";

struct Context final : LogContext {
  void describe(LogFields& out) const override {
    out.text("who", who);
    out.number("status", 503);
    out.number("took_ms", 0.25);
  }
  std::string who = "them";
};

std::string format(spdlog::formatter& formatter, std::string_view text) {
  spdlog::memory_buf_t out;
  formatter.format({"holdfast", spdlog::level::warn, {text.data(), text.size()}}, out);
  return {out.data(), out.size()};
}

TEST(LogFormat, TextWithFields) {
  const Context context;
  const LogScope scope(context);
  EXPECT_THAT(format(*text_log_format(), "request failed"),
              HasSubstr("Z warning: request failed who=them status=503 took_ms=0.250\n"));
}

TEST(LogFormat, JsonWithFields) {
  const Context context;
  const LogScope scope(context);
  const auto line = boost::json::parse(format(*json_log_format(), "request failed")).as_object();
  EXPECT_EQ(line.at("text").as_string(), "request failed");
  EXPECT_EQ(line.at("level").as_string(), "warning");
  EXPECT_EQ(line.at("who").as_string(), "them");
  EXPECT_EQ(line.at("status").as_int64(), 503);
  EXPECT_DOUBLE_EQ(line.at("took_ms").as_double(), 0.25);
}

TEST(LogFormat, NothingEndsATextLineEarly) {
  Context context;
  context.who = kHostile;
  const LogScope scope(context);
  const std::string line = format(*text_log_format(), kHostile);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  for (const char c : line.substr(0, line.size() - 1)) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  EXPECT_THAT(line, HasSubstr(R"(a\x0d\x0ab\x1b[31m\xc2\x9b\xe2\x80\xa8\xff)"));
  EXPECT_THAT(line, HasSubstr(R"(\xff\"\ c" status=)"));
}

TEST(LogFormat, HostileTextIsJson) {
  Context context;
  context.who = kHostile;
  const LogScope scope(context);
  const std::string line = format(*json_log_format(), kHostile);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto parsed = boost::json::parse(line).as_object();
  EXPECT_EQ(parsed.size(), 6u);
  EXPECT_THAT(std::string(parsed.at("who").as_string()), HasSubstr("\ufffd\"\\ c"));
}

TEST(LogFormat, ScopesNestAndEnd) {
  Context outer;
  outer.who = "outer";
  const LogScope scope(outer);
  {
    Context inner;
    inner.who = "inner";
    const LogScope within(inner);
    EXPECT_THAT(format(*text_log_format(), "x"), HasSubstr("who=outer status=503 took_ms=0.250 who=inner"));
  }
  EXPECT_THAT(format(*text_log_format(), "x"), Not(HasSubstr("inner")));
}

TEST(LogGate, LetsSomeThroughAndCountsTheRest) {
  using namespace std::chrono_literals;
  LogGate gate;
  for (std::uint64_t i = 0; i < LogGate::kLines; ++i) EXPECT_EQ(gate.pass(1s), 0u);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(gate.pass(2s));
  EXPECT_EQ(gate.pass(20s), 5u);
  EXPECT_EQ(gate.pass(20s), 0u);
}

}  // namespace
}  // namespace holdfast::cli
