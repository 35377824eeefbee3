#include "client/acquisition.h"

#include <algorithm>

#include "base/clock.h"
#include "client/json_codec.h"
#include "client/persist.h"
#include "client/request_id.h"

namespace holdfast::client {
namespace {

constexpr Milliseconds kClaim(3000);  // protocol.md 17
constexpr Milliseconds kReattach(5000);
constexpr Milliseconds kWithdrawal(2000);
// How much longer than the wait itself its answer may take; it includes making the withdrawal durable.
constexpr Milliseconds kAnswerSlack(5000);

const Problem* refusal_in(const Answer<AcquireReply>& answer) {
  return answer ? std::get_if<Problem>(&*answer) : nullptr;
}

// Refusals that waiting may overcome.
bool worth_waiting(const Problem& problem) {
  return problem.code == "held" || problem.code == "lock_delay";
}

}  // namespace

Acquisition::Acquisition(Line& line, AcquireRequest request, Options options)
    : line_(line), request_(std::move(request)), options_(std::move(options)) {
  request_.request_id = new_request_id();
  request_.reattach = kReattach;
}

Result<std::variant<Held, Problem>> Acquisition::run(std::stop_token stop) {
  stop_ = stop;
  if (options_.wait) end_ = boot_clock().now() + *options_.wait;
  auto answer = try_once();
  const Problem* problem = refusal_in(answer);
  if (problem == nullptr || !worth_waiting(*problem) || wait_left() == Milliseconds(0)) {
    return held_by(std::move(answer));
  }
  if (options_.on_waiting) options_.on_waiting(*problem);
  return wait_and_claim();
}

Result<std::variant<Held, Problem>> Acquisition::wait_and_claim() {
  for (;;) {
    auto outcome = held_by(wait_for_grant());
    Held* held = outcome ? std::get_if<Held>(&*outcome) : nullptr;
    if (held == nullptr) return outcome;
    const BootTime sent = boot_clock().now();
    auto claimed = claim(*held);
    if (const auto* renewed = claimed ? std::get_if<RenewReply>(&*claimed) : nullptr) {
      held->deadline = Deadline::of_renewal(sent, renewed->lease.expires_in);
      held->reply.lease.expires_in = renewed->lease.expires_in;
      held->reply.json = with_renewed_lease(held->reply.json, renewed->json);
      return outcome;
    }
    if (!claimed && claimed.error().code == HttpErrc::cancelled) return claimed.error();
    // The claim ended before it was confirmed. What follows is another request, at the end of the queue.
    request_.request_id = new_request_id();
  }
}

Result<std::variant<Held, Problem>> Acquisition::held_by(Answer<AcquireReply> answer) const {
  if (!answer) return answer.error();
  if (auto* problem = std::get_if<Problem>(&*answer)) return std::move(*problem);
  auto& reply = std::get<AcquireReply>(*answer);
  const Deadline deadline = Deadline::of_grant(sent_, reply.waited, reply.lease.expires_in);
  return Held{.reply = std::move(reply), .deadline = deadline};
}

Answer<AcquireReply> Acquisition::attempt(std::optional<Milliseconds> timeout) {
  sent_ = boot_clock().now();
  auto answer = line_.acquire(
      request_, {.timeout = timeout, .stop = stop_, .fresh_connection = request_.wait.count() != 0});
  if (answer) never_reached_ = false;
  return answer;
}

Answer<AcquireReply> Acquisition::try_once() {
  request_.wait = Milliseconds(0);
  Milliseconds patience = options_.start_patience;
  if (options_.wait && options_.wait->count() > 0) patience = std::min(patience, *options_.wait);
  return persist([this](Milliseconds left) { return attempt(left); }, {patience}, stop_);
}

Answer<AcquireReply> Acquisition::wait_for_grant() {
  request_.claim = kClaim;
  for (int failures = 1;; ++failures) {
    const auto left = wait_left();
    request_.wait = left.value_or(Milliseconds(-1));
    auto answer = attempt(left ? std::optional(*left + kAnswerSlack) : std::nullopt);
    const Problem* problem = refusal_in(answer);
    const bool again = problem != nullptr ? problem->transient() : !answer && worth_repeating(answer.error());
    if (answer && !again) return answer;
    Milliseconds pause = pause_after(failures);
    if (problem != nullptr && problem->retry_after) pause = std::max(pause, *problem->retry_after);
    const auto still_left = wait_left();
    if (!again || (still_left && *still_left <= pause)) {
      withdraw();
      return answer;
    }
    if (!sleep_for(pause, stop_)) {
      withdraw();
      return Error{make_error_code(HttpErrc::cancelled), "waiting for a lock"};
    }
  }
}

Answer<RenewReply> Acquisition::claim(const Held& held) {
  const RenewRequest renewal{.lease = held.reply.lease.handle, .request_id = new_request_id()};
  const auto left = held.deadline.left(boot_clock().now());
  const auto patience = left ? std::chrono::floor<Milliseconds>(*left) : options_.start_patience;
  auto answer = persist(
      [&](Milliseconds time_left) { return line_.renew(renewal, {.timeout = time_left, .stop = stop_}); },
      {patience}, stop_);
  if (!answer && answer.error().code == HttpErrc::cancelled) {
    line_.release({.lease = held.reply.lease.handle, .request_id = new_request_id()},
                  {.timeout = kWithdrawal});
  }
  return answer;
}

void Acquisition::withdraw() {
  line_.cancel(request_.request_id, {.timeout = kWithdrawal});
}

std::optional<Milliseconds> Acquisition::wait_left() const {
  if (!end_) return std::nullopt;
  return std::max(std::chrono::ceil<Milliseconds>(*end_ - boot_clock().now()), Milliseconds(0));
}

}  // namespace holdfast::client
