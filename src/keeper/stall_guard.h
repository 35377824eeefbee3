#pragma once

#include <chrono>
#include <optional>

// Whether the keeper may end anything just now.
//
// A lease that is due is ended by the keeper's clock, but its renewal may have been sent in time and lie
// unread in a socket, because this process did not run: it was stopped, swapped out, starved, or sat in a
// slow write. When such a process wakes up, its timer and its sockets are ready together, and ending what is
// due first would take locks away from clients that did all they had to. So whenever the loop finds that it
// ran much later than it had planned, nothing is ended until the loop has gone round often enough to have
// read what was waiting.
//
// - What the loop planned is told by plan(): the instant of its alarm while anything has a deadline. The
// alarm
//   never lies more than kLongestSleep away then, so that a stop of kLongestSleep + kLate is always seen.
// - The grace is counted in rounds of the loop that are at least kRound apart, not in time alone: time passes
//   while a process is stopped once more, rounds do not.
// - A keeper that has just taken over begins in the same way: its clients had nobody to send renewals to.
//
// Only endings wait. Renewals, releases and grants go on, and what is renewed meanwhile is not due any more.

namespace holdfast::keeper {

class StallGuard {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr Nanos kLongestSleep = std::chrono::milliseconds(250);
  static constexpr Nanos kLate = std::chrono::milliseconds(250);
  static constexpr Nanos kRound = std::chrono::milliseconds(10);
  static constexpr int kRounds = 10;

  // The loop begins, as after a stall.
  void start(Nanos now) { begin_grace(now); }
  // The loop came round: a handler of the keeper runs.
  void ran(Nanos now);
  // The same handler came back from something that blocked the loop.
  void resumed(Nanos now);
  // The handler ends; the loop will run again at this instant at the latest. None: it may sleep for ever,
  // because nothing has a deadline.
  void plan(std::optional<Nanos> until) { planned_ = until; }

  bool calm() const { return rounds_left_ == 0; }
  // While not calm: when the next round can count.
  Nanos next_round() const { return next_round_; }

 private:
  void begin_grace(Nanos now);

  std::optional<Nanos> planned_;
  Nanos running_since_{};
  int rounds_left_ = 0;
  Nanos next_round_{};
};

}  // namespace holdfast::keeper
