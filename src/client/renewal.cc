#include "client/renewal.h"

#include <algorithm>

#include "base/clock.h"
#include "client/persist.h"
#include "client/request_id.h"

namespace holdfast::client {
namespace {

using std::chrono::nanoseconds;

constexpr Milliseconds kLostCheckWithoutExpiry(10'000);
constexpr Milliseconds kQuickInterval(1'000);
constexpr Milliseconds kBetweenEvents(100);  // at least, between renewals that events bring about
constexpr Milliseconds kShortestAttempt(50);
constexpr Milliseconds kLongestAttempt(5'000);

nanoseconds interval_for(std::optional<Milliseconds> ttl) {
  return ttl ? nanoseconds(*ttl) / 3 : nanoseconds(kLostCheckWithoutExpiry);
}

std::string describe_lost(const LostHold& lost) {
  std::string text = "the hold on " + lost.key + " has ended";
  if (!lost.ended_by.empty()) text += ", ended by " + lost.ended_by;
  if (!lost.by.empty()) text += " of " + lost.by;
  if (!lost.reason.empty()) text += ": " + lost.reason;
  return text;
}

}  // namespace

Renewal::Renewal(const Settings& settings, Options options)
    : connection_(settings),
      options_(std::move(options)),
      interval_(interval_for(options_.ttl)),
      state_{.deadline = options_.deadline},
      last_success_(boot_clock().now()),
      thread_([this](std::stop_token stop) { work(stop); }) {
  // Short of a second the renewals themselves are as quick.
  if (options_.lease_id.empty() || interval_ <= kQuickInterval) return;
  watch_.emplace(settings, options_.lease_id, [this] {
    event_came_ = true;
    alarm_.ring();
  });
}

Renewal::~Renewal() {
  watch_.reset();
  thread_.request_stop();
  thread_.join();
}

RenewalState Renewal::state() const {
  const BootTime now = boot_clock().now();
  const std::lock_guard lock(mutex_);
  RenewalState state = state_;
  if (state.standing == Standing::lost) return state;
  if (state.deadline.passed(now)) {
    state.standing = Standing::lost;
    state.trouble = "not renewed in time" + (state.trouble.empty() ? "" : ": " + state.trouble);
  } else if (now >= last_success_ + 2 * interval_) {
    state.standing = Standing::at_risk;
  }
  return state;
}

void Renewal::work(std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this] { alarm_.ring(); });
  BootTime sent = last_success_;
  BootTime next_attempt = sent + interval_;
  int failures = 0;
  Standing told = Standing::held;
  while (!stop.stop_requested()) {
    if (event_came_.exchange(false)) next_attempt = std::min(next_attempt, sent + kBetweenEvents);
    if (boot_clock().now() >= next_attempt) {
      sent = boot_clock().now();
      failures = renew_once(stop) ? 0 : failures + 1;
      // Quick repeats for a short ttl, gentle ones for a long one.
      const nanoseconds pause = std::min<nanoseconds>(interval_ / 8, pause_after(std::max(failures, 1)));
      next_attempt = failures == 0 ? sent + interval_ : boot_clock().now() + pause;
      if (stop.stop_requested()) return;
    }
    const Standing standing = state().standing;
    if (standing != told && options_.changed) options_.changed();
    told = standing;
    if (standing == Standing::lost) return;
    alarm_.wait_until(next_event(next_attempt));
  }
}

// The next attempt, or the moment at which the standing changes by itself.
BootTime Renewal::next_event(BootTime next_attempt) const {
  const BootTime now = boot_clock().now();
  const std::lock_guard lock(mutex_);
  BootTime next = next_attempt;
  if (const BootTime risk = last_success_ + 2 * interval_; risk > now) next = std::min(next, risk);
  if (state_.deadline.at()) next = std::min(next, *state_.deadline.at());
  return next;
}

// Half of what an interval leaves, and never beyond the deadline.
Milliseconds Renewal::attempt_limit(BootTime now) const {
  const auto half = std::chrono::ceil<Milliseconds>(interval_ / 2);
  Milliseconds limit = std::clamp(half, kShortestAttempt, kLongestAttempt);
  const std::lock_guard lock(mutex_);
  if (const auto left = state_.deadline.left(now)) {
    limit = std::min(limit, std::chrono::ceil<Milliseconds>(*left));
  }
  return std::max(limit, Milliseconds(1));
}

bool Renewal::renew_once(std::stop_token stop) {
  const BootTime sent = boot_clock().now();
  const auto answer = connection_.renew({.lease = options_.lease, .request_id = new_request_id()},
                                        {.timeout = attempt_limit(sent), .stop = stop});
  if (!answer) {
    note_failure(answer.error().message());
    return false;
  }
  if (const auto* problem = std::get_if<Problem>(&*answer)) {
    if (problem->code == "lease_gone") {
      note_loss(problem->text());
    } else {
      note_failure(problem->text());
    }
    return false;
  }
  const auto& reply = std::get<RenewReply>(*answer);
  if (!reply.lost.empty()) {
    note_loss(describe_lost(reply.lost.front()));
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    state_ = {.standing = state_.standing,
              .deadline = Deadline::of_renewal(sent, reply.lease.expires_in),
              .trouble = {},
              .release_requested = reply.release_requested};
    last_success_ = sent;
  }
  if (options_.changed) options_.changed();
  return true;
}

void Renewal::note_failure(const std::string& why) {
  const std::lock_guard lock(mutex_);
  state_.trouble = why;
}

void Renewal::note_loss(std::string why) {
  const std::lock_guard lock(mutex_);
  state_.standing = Standing::lost;
  state_.trouble = std::move(why);
}

}  // namespace holdfast::client
