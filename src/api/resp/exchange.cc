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
  may_wait_ = false;
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
  refuse(line);
}

// What keeps a lease or gives it back is never turned away: that would take locks from those who behave.
std::optional<Fault> Exchange::over_limit() const {
  if ((command_->flags & (kConnection | kSpared)) != 0) return std::nullopt;
  return backend().gate.limits.admit(session().host);
}

std::optional<Fault> Exchange::count_wait(const lock::Command& command) {
  const auto* acquire = std::get_if<lock::Acquire>(&command);
  if (acquire == nullptr || acquire->wait == lock::Millis(0)) return std::nullopt;
  auto hold = backend().gate.limits.wait(session().host, acquire->items.size());
  if (!hold) return hold.error();
  wait_ = *std::move(hold);
  return std::nullopt;
}

service::Caller Exchange::caller() const {
  return {.address = session().host};
}

ReplyWriter Exchange::begin_reply() {
  std::string* const output = outlet_->output_of(*this);
  return ReplyWriter(output != nullptr ? *output : kept_, session().protocol);
}

void Exchange::finish() {
  HOLDFAST_ASSERT(phase_ != Phase::idle && phase_ != Phase::done);
  phase_ = Phase::done;
  outlet_->replied(*this);
}

void Exchange::refuse(const Fault& fault) {
  reply([&](ReplyWriter& out) { write_fault(out, fault); });
}

void Exchange::refuse(std::string_view line) {
  reply([&](ReplyWriter& out) { out.error(line); });
}

void Exchange::refuse_when_durable(const Fault& fault) {
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
void Exchange::submit_command(lock::Command command, Encode encode) {
  const auto* const acquire = std::get_if<lock::Acquire>(&command);
  if (acquire != nullptr && outlet_->client_is_gone()) return outlet_->drop();
  if (const auto fault = count_wait(command)) return refuse(*fault);
  may_wait_ = acquire != nullptr && acquire->wait != lock::Millis(0);
  phase_ = acquire != nullptr ? Phase::acquiring : Phase::commanding;
  encode_ = encode;
  call_ = backend().keeper.submit(std::move(command), *this);
}

void Exchange::answered(lock::Revision revision, lock::Reply answer, const keeper::Timing&) {
  call_ = {};
  wait_.release();
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
