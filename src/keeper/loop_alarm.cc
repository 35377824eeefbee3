// The loop's part that decides when to wake up.

#include <algorithm>

#include "keeper/loop.h"

namespace holdfast::keeper {

std::optional<Loop::Nanos> Loop::next_wake(Nanos now) const {
  std::optional<Nanos> wake;
  const auto want = [&](Nanos at) { wake = wake ? std::min(*wake, at) : at; };
  if (flight_ && flight_->repeat_at) want(*flight_->repeat_at);
  if (refusing_ && !probing_ && !scheduled_) want(probe_at_);
  if (shared() && !flight_ && !scheduled_ && reserved_) want(now + heartbeat() - entry_clock_.since_entry());
  if (state_.has_deadline()) {
    want(now + StallGuard::kLongestSleep);
    if (!guard_.calm()) want(guard_.next_round());
    if (!flight_ && !scheduled_ && reserved_) {
      want(now + tick_ - entry_clock_.since_entry());
      if (guard_.calm()) want(now + entry_clock_.until(state_.next_deadline()));
    }
  }
  return wake;
}

// Every handler of the loop ends here. An alarm that rings too early does no harm, so one that is set is only
// replaced by an earlier one: under load that is nearly never.
void Loop::arm() {
  if (dead_ || stopping_) return;
  const Nanos now = clock_.now();
  const std::optional<Nanos> wake = next_wake(now);
  if (wake && (!armed_ || *wake < *armed_)) {
    armed_ = std::max(*wake, now);
    alarm_.set(*armed_ - now, alive([](Loop& self) { self.ring(); }));
  }
  guard_.plan(armed_);
}

void Loop::ring() {
  armed_.reset();
  if (dead_ || stopping_) return;
  const Nanos now = clock_.now();
  guard_.ran(now);
  if (flight_ && flight_->repeat_at && now >= *flight_->repeat_at) return append();
  // Not decided here: sockets that became readable together with the alarm are read before the posted
  // handler.
  schedule();
  arm();
}

}  // namespace holdfast::keeper
