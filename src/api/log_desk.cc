#include "api/log_desk.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/hex.h"
#include "base/log_scope.h"
#include "base/random.h"

namespace holdfast::api {
namespace {

constexpr std::size_t kMaxIdBytes = 128;

double milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

struct SlowOperation final : LogContext {
  SlowOperation(std::size_t keys_of, const keeper::Timing& where, std::uint64_t others)
      : keys(keys_of), timing(where), left_out(others) {}

  void describe(LogFields& out) const override {
    out.number("keys", static_cast<double>(keys));
    out.number("queue_ms", milliseconds(timing.queued));
    out.number("append_ms", milliseconds(timing.append));
    if (left_out > 0) out.number("left_out", static_cast<double>(left_out));
  }

  const std::size_t keys;
  const keeper::Timing& timing;
  const std::uint64_t left_out;
};

struct Ending final : LogContext {
  Ending(const Outcome& of, std::uint64_t others) : outcome(of), left_out(others) {}

  void describe(LogFields& out) const override {
    if (outcome.status) out.number("status", *outcome.status);
    if (outcome.refusal) out.text("code", service::name_of(*outcome.refusal));
    if (!outcome.detail.empty()) out.text("detail", outcome.detail);
    out.number("took_ms", milliseconds(outcome.took));
    if (left_out > 0) out.number("left_out", static_cast<double>(left_out));
  }

  const Outcome& outcome;
  const std::uint64_t left_out;
};

}  // namespace

bool is_log_id(std::string_view text) {
  const auto visible = [](char c) { return c > ' ' && c <= '~'; };
  return !text.empty() && text.size() <= kMaxIdBytes && std::all_of(text.begin(), text.end(), visible);
}

LogDesk::LogDesk(std::chrono::nanoseconds slow) : slow_(slow) {
  std::array<std::byte, 6> random;
  fill_random(random);
  prefix_ = to_hex(random) + '-';
}

void LogDesk::next_id(std::string& id) {
  id = prefix_;
  const fmt::format_int number(++count_);
  id.append(number.data(), number.size());
}

void LogDesk::tell_slow(std::chrono::nanoseconds now, const keeper::Timing& timing, std::size_t keys) {
  const auto left_out = slow_operations_.pass(now);
  if (!left_out) return;
  const SlowOperation details(keys, timing, *left_out);
  const LogScope scope(details);
  spdlog::warn("slow operation");
}

bool LogDesk::is_told(bool failed) const {
  return failed || spdlog::should_log(spdlog::level::debug);
}

void LogDesk::tell(std::chrono::nanoseconds now, bool failed, const Outcome& outcome) {
  if (!is_told(failed)) return;
  const auto left_out = failed ? failures_.pass(now) : std::optional<std::uint64_t>(0);
  if (!left_out) return;
  const Ending ending(outcome, *left_out);
  const LogScope scope(ending);
  failed ? spdlog::warn("request failed") : spdlog::debug("request");
}

}  // namespace holdfast::api
