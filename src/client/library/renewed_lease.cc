#include "client/library/renewed_lease.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "client/persist.h"

namespace holdfast::detail {
namespace {

using std::chrono::nanoseconds;

// A lease without expiry is asked after, to learn of a break.
constexpr Milliseconds kWithoutExpiry(10'000);
constexpr Milliseconds kShortestAttempt(50);
constexpr Milliseconds kLongestAttempt(5'000);

nanoseconds interval_for(std::optional<Milliseconds> ttl) {
  return ttl ? nanoseconds(*ttl) / 3 : nanoseconds(kWithoutExpiry);
}

std::string text_of(const client::LostHold& lost) {
  std::string text = "the hold on " + lost.key + " has ended";
  if (!lost.ended_by.empty()) text += ", ended by " + lost.ended_by;
  if (!lost.by.empty()) text += " of " + lost.by;
  if (!lost.reason.empty()) text += ": " + lost.reason;
  return text;
}

}  // namespace

RenewedLease::RenewedLease(Origin origin)
    : origin_(std::move(origin)),
      interval_(interval_for(origin_.ttl)),
      deadline_(origin_.deadline),
      last_success_(boot_clock().now()),
      next_attempt_(last_success_ + interval_) {}

bool RenewedLease::certain() const {
  if (over()) return false;
  const std::lock_guard lock(mutex_);
  return !deadline_.passed(boot_clock().now());
}

Deadline RenewedLease::deadline() const {
  if (over()) return Deadline(BootTime(0));
  const std::lock_guard lock(mutex_);
  return deadline_;
}

std::stop_token RenewedLease::at_risk() const {
  const std::lock_guard lock(mutex_);
  return risk_.get_token();
}

std::string RenewedLease::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

std::vector<release_request> RenewedLease::renewed(BootTime sent, const client::RenewReply& reply) {
  if (!reply.lost.empty()) {
    lose(text_of(reply.lost.front()));
    return {};
  }
  const std::lock_guard lock(mutex_);
  interval_ = interval_for(reply.lease.ttl);
  const Deadline deadline = Deadline::of_renewal(sent, reply.lease.expires_in);
  deadline_ = deadline;
  last_success_ = sent;
  next_attempt_ = sent + interval_;
  failures_ = 0;
  trouble_.clear();
  if (risk_.stop_requested()) risk_ = std::stop_source();
  std::vector<release_request> fresh;
  for (const client::ReleaseWish& wish : reply.release_requested) {
    if (std::ranges::count(wishes_, wish) == 0) fresh.push_back(told(wish));
  }
  wishes_ = reply.release_requested;
  return fresh;
}

// The Redis protocol does not name the key; of one alone it is clear.
release_request RenewedLease::told(const client::ReleaseWish& wish) const {
  const bool clear = wish.key.empty() && origin_.keys.size() == 1;
  return {clear ? origin_.keys.front() : wish.key, wish.by, wish.reason};
}

void RenewedLease::failed(std::string why) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(why);
  // Quick repeats for a short ttl, gentle ones for a long one.
  const nanoseconds pause = std::min<nanoseconds>(interval_ / 8, client::pause_after(++failures_));
  next_attempt_ = boot_clock().now() + pause;
}

// Outside of the mutex: who is told may ask.
void RenewedLease::lose(std::string why) {
  {
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(why);
  }
  lost_.request_stop();
}

void RenewedLease::tell(const release_request& wish) const {
  if (origin_.on_release_requested) origin_.on_release_requested(wish);
}

std::optional<BootTime> RenewedLease::next_attempt() const {
  if (!origin_.renews || over()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return next_attempt_;
}

// Half of what an interval leaves, and never beyond the deadline.
Milliseconds RenewedLease::attempt_limit(BootTime now) const {
  const std::lock_guard lock(mutex_);
  const auto half = std::chrono::ceil<Milliseconds>(interval_ / 2);
  Milliseconds limit = std::clamp(half, kShortestAttempt, kLongestAttempt);
  if (const auto left = deadline_.left(now)) limit = std::min(limit, std::chrono::ceil<Milliseconds>(*left));
  return std::max(limit, Milliseconds(1));
}

std::optional<BootTime> RenewedLease::next_verdict() const {
  if (over()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const bool may_be_at_risk = origin_.renews && !risk_.stop_requested();
  if (!deadline_.at()) return may_be_at_risk ? std::optional(risk_at()) : std::nullopt;
  return may_be_at_risk ? std::min(risk_at(), *deadline_.at()) : *deadline_.at();
}

void RenewedLease::judge(BootTime now) {
  std::unique_lock lock(mutex_);
  if (deadline_.passed(now)) {
    const std::string why = trouble_.empty() ? "not renewed in time" : "not renewed in time: " + trouble_;
    lock.unlock();
    return lose(why);
  }
  if (!origin_.renews || now < risk_at()) return;
  std::stop_source risk = risk_;
  lock.unlock();
  risk.request_stop();
}

}  // namespace holdfast::detail
