#include "api/http/request_log.h"

#include <algorithm>
#include <array>

#include <boost/beast/http/verb.hpp>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <spdlog/spdlog.h>

#include "base/assert.h"

namespace holdfast::api::http {
namespace {

constexpr std::size_t kMaxIdBytes = 128;

// What can stand in a header and in one word of a line.
bool is_id(std::string_view text) {
  const auto visible = [](char c) { return c > ' ' && c <= '~'; };
  return !text.empty() && text.size() <= kMaxIdBytes && std::all_of(text.begin(), text.end(), visible);
}

double milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// How many keys a command names, or none where it is not about keys.
struct KeyCount {
  std::size_t operator()(const lock::Acquire& command) const { return command.items.size(); }
  std::size_t operator()(const lock::Release& command) const { return command.keys.size(); }
  template <class Other>
  std::size_t operator()(const Other&) const {
    return 0;
  }
};

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

struct Outcome final : LogContext {
  void describe(LogFields& out) const override {
    out.number("status", status);
    if (refusal) out.text("code", service::name_of(*refusal));
    if (!detail.empty()) out.text("detail", detail);
    out.number("took_ms", milliseconds(took));
    if (left_out > 0) out.number("left_out", static_cast<double>(left_out));
  }

  int status = 0;
  std::optional<service::Code> refusal;
  std::string_view detail;
  std::chrono::nanoseconds took{};
  std::uint64_t left_out = 0;
};

}  // namespace

LogDesk::LogDesk(std::chrono::nanoseconds slow) : slow_(slow) {
  std::array<unsigned char, 6> random{};
  HOLDFAST_ASSERT(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  for (const unsigned char byte : random) fmt::format_to(std::back_inserter(prefix_), "{:02x}", byte);
  prefix_ += '-';
}

void LogDesk::next_id(std::string& id) {
  id = prefix_;
  const fmt::format_int number(++count_);
  id.append(number.data(), number.size());
}

bool is_traceparent(std::string_view text) {
  constexpr std::size_t kSize = 55;  // of version 00; later ones may go on after a dash
  if (text.size() < kSize || text.size() > kMaxIdBytes || !is_id(text)) return false;
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  const auto all_hex = [&](std::size_t at, std::size_t size) {
    return std::all_of(text.begin() + at, text.begin() + at + size, is_hex);
  };
  if (!all_hex(0, 2) || !all_hex(3, 32) || !all_hex(36, 16) || !all_hex(53, 2)) return false;
  const std::string_view version = text.substr(0, 2);
  if (version == "ff" || (version == "00" && text.size() != kSize)) return false;
  if (text.size() > kSize && text[kSize] != '-') return false;
  const auto is_zero = [](std::string_view digits) { return digits.find_first_not_of('0') == digits.npos; };
  return !is_zero(text.substr(3, 32)) && !is_zero(text.substr(36, 16));
}

void RequestLog::begin(const Request& request, LogDesk& desk) {
  if (is_id(request.request_id)) {
    id_ = request.request_id;
  } else {
    desk.next_id(id_);
  }
  traceparent_ = is_traceparent(request.traceparent) ? request.traceparent : std::string();
  route_ = nullptr;
  keys_ = 0;
}

void RequestLog::call_it(std::string_view request_id) {
  if (is_id(request_id)) id_ = request_id;
}

void RequestLog::submitted(const lock::Command& command) {
  keys_ = std::visit(KeyCount{}, command);
}

void RequestLog::describe(LogFields& out) const {
  if (route_ != nullptr) {
    const auto method = boost::beast::http::to_string(route_->method);
    out.text("method", {method.data(), method.size()});
    out.text("route", route_->pattern);
  }
  out.text("request_id", id_);
  if (!traceparent_.empty()) out.text("traceparent", traceparent_);
  out.text("client", client_);
}

void RequestLog::slow(LogDesk& desk, std::chrono::nanoseconds now, const keeper::Timing& timing) const {
  if (timing.queued + timing.append <= desk.slow()) return;
  const auto left_out = desk.slow_operations.pass(now);
  if (!left_out) return;
  const SlowOperation details(keys_, timing, *left_out);
  const LogScope scope(details);
  spdlog::warn("slow operation");
}

void RequestLog::answered(LogDesk& desk, std::chrono::nanoseconds now, int status,
                          std::optional<service::Code> refusal, std::string_view detail,
                          std::chrono::nanoseconds took) const {
  const bool failed = status >= 500;
  if (!failed && !spdlog::should_log(spdlog::level::debug)) return;
  Outcome outcome;
  outcome.status = status;
  outcome.refusal = refusal;
  outcome.took = took;
  if (failed) {
    const auto left_out = desk.failures.pass(now);
    if (!left_out) return;
    outcome.detail = detail;
    outcome.left_out = *left_out;
  }
  const LogScope scope(outcome);
  failed ? spdlog::warn("request failed") : spdlog::debug("request");
}

}  // namespace holdfast::api::http
