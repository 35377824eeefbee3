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

// How many keys a command names, or none where it is not about keys.
struct KeyCount {
  std::size_t operator()(const lock::Acquire& command) const { return command.items.size(); }
  std::size_t operator()(const lock::Release& command) const { return command.keys.size(); }
  std::size_t operator()(const lock::AcquireEach& command) const { return command.keys.size(); }
  std::size_t operator()(const lock::ReleaseEach& command) const { return command.holds.size(); }
  template <class Other>
  std::size_t operator()(const Other&) const {
    return 0;
  }
};

}  // namespace

bool is_traceparent(std::string_view text) {
  constexpr std::size_t kSize = 55;  // of version 00; later ones may go on after a dash
  if (text.size() < kSize || !is_log_id(text)) return false;
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
  if (is_log_id(request.request_id)) {
    id_ = request.request_id;
  } else {
    desk.next_id(id_);
  }
  traceparent_ = is_traceparent(request.traceparent) ? request.traceparent : std::string();
  route_ = nullptr;
  keys_ = 0;
}

void RequestLog::call_it(std::string_view request_id) {
  if (is_log_id(request_id)) id_ = request_id;
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
  if (desk.is_slow(timing)) desk.tell_slow(now, timing, keys_);
}

void RequestLog::answered(LogDesk& desk, std::chrono::nanoseconds now, const Outcome& outcome) const {
  desk.tell(now, outcome.status.value_or(0) >= 500, outcome);
}

}  // namespace holdfast::api::http
