#include "api/resp/exchange.h"

#include <utility>

#include <fmt/format.h>

#include "api/resp/error_line.h"
#include "base/assert.h"

namespace holdfast::api::resp {
namespace {

using service::Fault;

// A kept reply that is larger than this gives its memory back.
constexpr std::size_t kKeptReplyBytes = 4 << 10;

}  // namespace

void Exchange::begin(Outlet& outlet, const Command* command, Arguments arguments,
                     std::chrono::nanoseconds now) {
  HOLDFAST_ASSERT(phase_ == Phase::idle);
  ++number_;
  phase_ = Phase::handling;
  outlet_ = &outlet;
  command_ = command;
  arguments_ = arguments;
  began_ = now;
  forget_last();
  if (command == nullptr) {
    return refuse(fmt::format("ERR unknown command '{}'", arguments.front().substr(0, 128)));
  }
  const auto count = static_cast<int>(arguments.size());
  if (command->arity >= 0 ? count != command->arity : count < -command->arity) {
    return refuse(fmt::format("ERR wrong number of arguments for '{}' command: {} {}", command->name,
                              command->name, command->syntax));
  }
  if (const auto fault = over_limit()) return refuse(*fault);
  command->handler(*this);
}

void Exchange::begin_refused(Outlet& outlet, std::string_view line) {
  HOLDFAST_ASSERT(phase_ == Phase::idle);
  ++number_;
  phase_ = Phase::handling;
  outlet_ = &outlet;
  command_ = nullptr;
  began_ = backend().clock.now();
  forget_last();
  refuse(line);
}

// What keeps a lease or gives it back is never turned away: that would take locks from those who behave.
std::optional<Fault> Exchange::over_limit() const {
  if ((command_->flags & (kConnection | kSpared)) != 0) return std::nullopt;
  return backend().gate.limits.admit(session().caller.address);
}

std::optional<Fault> Exchange::count_wait(const lock::Command& command) {
  const auto* acquire = std::get_if<lock::Acquire>(&command);
  if (acquire == nullptr || acquire->wait == lock::Millis(0)) return std::nullopt;
  auto hold = backend().gate.limits.wait(session().caller.address, acquire->items.size());
  if (!hold) return hold.error();
  wait_ = *std::move(hold);
  return std::nullopt;
}

ReplyWriter Exchange::begin_reply() {
  std::string* const output = outlet_->output_of(*this);
  return ReplyWriter(output != nullptr ? *output : kept_, session().protocol);
}

void Exchange::finish() {
  HOLDFAST_ASSERT(phase_ != Phase::idle && phase_ != Phase::done);
  phase_ = Phase::done;
  const std::chrono::nanoseconds now = backend().clock.now();
  count(now);
  const bool failed = result_ == Result::refused && service::is_failure(refusal_);
  if (backend().log.is_told(failed)) tell(now, failed);
  outlet_->replied(*this);
}

void Exchange::forget_last() {
  may_wait_ = false;
  result_ = Result::ok;
  failure_.clear();
  waited_ = lock::Millis(0);
  locks_ = 0;
  request_id_.clear();
}

void Exchange::count(std::chrono::nanoseconds now) {
  CommandTraffic& traffic = backend().traffic;
  CommandTraffic::PerCommand& counts =
      command_ == nullptr ? traffic.of_none() : traffic.of(backend().commands.index_of(*command_));
  if (result_ == Result::ok) ++counts.succeeded;
  if (result_ == Result::misused) ++counts.misused;
  if (result_ == Result::refused) ++counts.refused[static_cast<std::size_t>(refusal_)];
  counts.seconds.add(std::chrono::duration<double>(now - began_ - waited_).count());
}

void Exchange::tell(std::chrono::nanoseconds now, bool failed) {
  const LogScope scope(*this);
  const bool refused = result_ == Result::refused;
  backend().log.tell(now, failed,
                     {.status = {},
                      .refusal = refused ? std::optional(refusal_) : std::nullopt,
                      .detail = failed ? failure_ : std::string_view(),
                      .took = now - began_});
}

void Exchange::call_it(std::string_view request_id) {
  if (is_log_id(request_id)) request_id_ = request_id;
}

void Exchange::describe(LogFields& out) const {
  out.text("protocol", "redis");
  if (command_ != nullptr) out.text("command", command_->name);
  if (!request_id_.empty()) out.text("request_id", request_id_);
  out.text("client", session().caller.address);
}

void Exchange::refused(service::Code code, std::string_view why) {
  result_ = Result::refused;
  refusal_ = code;
  failure_ = service::is_failure(code) ? why : std::string_view();
}

void Exchange::refuse(const Fault& fault) {
  refused(fault.code, fault.detail);
  reply([&](ReplyWriter& out) { write_fault(out, fault); });
}

void Exchange::refuse(std::string_view line) {
  result_ = Result::misused;
  reply([&](ReplyWriter& out) { out.error(line); });
}

void Exchange::refuse_when_durable(const Fault& fault) {
  refused(fault.code, fault.detail);
  reply_when_durable([&](ReplyWriter& out) { write_fault(out, fault); });
}

void Exchange::wait_until_durable() {
  phase_ = Phase::reading;
  backend().keeper.when_durable([this, number = number_] {
    if (phase_ == Phase::reading && number_ == number) finish();
  });
}

// A server that was stalled finds commands of clients that gave up long ago, each with its end behind it. An
// acquire of these would be a lock that nobody knows of until it expires.
void Exchange::submit_command(lock::Command&& command, Encode encode) {
  const auto* const acquire = std::get_if<lock::Acquire>(&command);
  if (acquire != nullptr && outlet_->client_is_gone()) return outlet_->drop();
  if (const auto fault = count_wait(command)) return refuse(*fault);
  may_wait_ = acquire != nullptr && acquire->wait != lock::Millis(0);
  phase_ = acquire != nullptr ? Phase::acquiring : Phase::commanding;
  if (acquire != nullptr) locks_ = acquire->items.size();
  encode_ = encode;
  call_ = backend().keeper.submit(std::move(command), *this);
}

void Exchange::answered(lock::Revision revision, const lock::Reply& answer, const keeper::Timing& timing) {
  call_ = {};
  wait_.release();
  if (backend().log.is_slow(timing)) {
    const LogScope scope(*this);
    backend().log.tell_slow(backend().clock.now(), timing, locks_);
  }
  if (const auto* refusal = std::get_if<lock::Refused>(&answer)) {
    refused(service::code_of(refusal->code), refusal->detail);
    waited_ = refusal->waited;
  } else if (const auto* acquired = std::get_if<lock::Acquired>(&answer)) {
    waited_ = acquired->waited;
  }
  reply([&](ReplyWriter& out) { encode_(*this, out, revision, answer); });
}

void Exchange::abandon() {
  ++number_;
  if (call_) outlet_->backend().keeper.leave(std::exchange(call_, {}));
  wait_.release();
  phase_ = Phase::idle;
  kept_.clear();
  if (kept_.capacity() > kKeptReplyBytes) kept_ = {};
  keys.clear();
}

}  // namespace holdfast::api::resp
