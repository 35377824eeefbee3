#include "client.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace holdfast::load {
namespace {

constexpr std::chrono::milliseconds kReconnect{20};
constexpr std::chrono::milliseconds kUnavailable{50};
constexpr unsigned kMaxCutDelayUs = 2'000;
constexpr int kUnavailableStatus = 503;

}  // namespace

Client::Client(Run& run, unsigned number, std::unique_ptr<Workload> workload)
    : run_(run),
      number_(number),
      workload_(std::move(workload)),
      connection_(run.io, run.server, *this),
      timer_(run.io),
      deadline_(run.io),
      random_(run.settings.seed * 1'000'003 + number) {
  ++run_.living;
}

std::string Client::new_request_id() {
  if (!run_.settings.with_request_ids()) return {};
  return fmt::format("{}-{}-{}", run_.settings.prefix, number_, ++requests_);
}

void Client::perform(Operation operation) {
  operation_ = std::move(operation);
  encode(operation_, request_);
  in_flight_ = true;
  send();
}

void Client::open() {
  connected_ = false;
  connection_.open();
  expect_within(0);
}

void Client::expect_within(std::int64_t more_ms) {
  expect_nothing();
  if (run_.settings.timeout_ms == 0) return;
  deadline_.expires_after(std::chrono::milliseconds(run_.settings.timeout_ms + more_ms));
  deadline_.async_wait([this, expectation = expectation_](boost::system::error_code error) {
    if (error || finished_ || expectation != expectation_) return;
    ++run_.totals.timeouts;
    if (on_wire_) record_unknown();
    open();
  });
}

void Client::send() {
  call_ns_ = run_.now_ns();
  on_wire_ = true;
  connection_.send(request_);
  expect_within(std::max<std::int64_t>(0, operation_.wait_ms));
  if (!chance(run_.settings.cut_percent)) return;
  timer_.expires_after(std::chrono::microseconds(random(kMaxCutDelayUs)));
  timer_.async_wait([this, call = call_ns_](boost::system::error_code error) {
    if (error || !on_wire_ || call != call_ns_) return;
    record_unknown();
    open();
  });
}

void Client::pause(std::chrono::microseconds time) {
  again_after(time);
}

void Client::again_after(std::chrono::microseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error || finished_) return;
    if (!connected_) return open();
    in_flight_ ? send() : next();
  });
}

void Client::next() {
  if (!finished_) workload_->next(*this);
}

void Client::finish() {
  if (finished_) return;
  finished_ = true;
  connected_ = false;
  timer_.cancel();
  deadline_.cancel();
  connection_.close();
  if (--run_.living == 0) run_.io.stop();
}

void Client::abandon() {
  if (finished_) return;
  if (in_flight_) ++run_.totals.abandoned;
  if (on_wire_) record_unknown();
  finish();
}

void Client::connected() {
  connected_ = true;
  in_flight_ ? send() : next();
}

void Client::replied(int status, std::string_view body) {
  if (!on_wire_) return;
  expect_nothing();
  const std::int64_t now = run_.now_ns();
  Answer answer = decode(operation_.verb, status, body);
  if (operation_.verb != Verb::show_lock && chance(run_.settings.lose_percent)) {
    return lose_reply(std::move(answer));
  }
  on_wire_ = false;
  record({call_ns_, now}, answer);
  if (status == kUnavailableStatus) {
    ++run_.totals.unavailable;
    return again_after(kUnavailable);
  }
  settle(std::move(answer), now);
}

void Client::settle(Answer answer, std::int64_t now_ns) {
  in_flight_ = false;
  VerbTotals& totals = run_.of(operation_.verb);
  if (answer.status == 200) {
    ++totals.done;
    totals.latency.add(now_ns - call_ns_);
  } else {
    ++totals.refused;
  }
  if (lost_answer_) compare_with_lost(answer);
  const Operation operation = std::move(operation_);
  workload_->answered(*this, operation, answer, {call_ns_, now_ns});
  next();
}

void Client::lose_reply(Answer answer) {
  ++run_.totals.lost_replies;
  if (!lost_answer_ && answer.status == 200) lost_answer_ = std::move(answer);
  record_unknown();
  open();
}

void Client::compare_with_lost(const Answer& answer) {
  const Answer before = *std::exchange(lost_answer_, std::nullopt);
  const bool same_token =
      before.grants.empty() || (!answer.grants.empty() && before.grants[0].token == answer.grants[0].token);
  if (answer.status == before.status && answer.lease_id == before.lease_id && same_token) return;
  ++run_.totals.broken_retries;
  std::fprintf(stderr,
               "load: %s: the reply that was lost said %d, lease %s; the retry says %d %s, lease %s\n",
               operation_.request_id.c_str(), before.status, before.lease_id.c_str(), answer.status,
               answer.code.c_str(), answer.lease_id.c_str());
}

void Client::record_unknown() {
  on_wire_ = false;
  ++run_.of(operation_.verb).unknown;
  record({call_ns_, run_.now_ns()}, Answer{});
}

void Client::record(History::Times times, const Answer& answer) {
  if (run_.history && operation_.verb != Verb::show_lock) {
    run_.history->attempt(number_, operation_, times, answer);
  }
}

void Client::lost() {
  expect_nothing();
  connected_ = false;
  if (on_wire_) record_unknown();
  if (run_.settings.on_loss == OnLoss::stop) return finish();
  again_after(kReconnect);
}

}  // namespace holdfast::load
