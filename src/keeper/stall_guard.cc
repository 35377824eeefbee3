#include "keeper/stall_guard.h"

namespace holdfast::keeper {

void StallGuard::begin_grace(Nanos now) {
  rounds_left_ = kRounds;
  next_round_ = now + kRound;
  planned_.reset();
}

void StallGuard::ran(Nanos now) {
  running_since_ = now;
  if (planned_ && now > *planned_ + kLate) {
    begin_grace(now);
  } else if (rounds_left_ > 0 && now >= next_round_) {
    --rounds_left_;
    next_round_ = now + kRound;
  }
}

void StallGuard::resumed(Nanos now) {
  if (now > running_since_ + kLate) begin_grace(now);
  running_since_ = now;
}

}  // namespace holdfast::keeper
