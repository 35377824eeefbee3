#pragma once

#include <chrono>

#include "base/clock.h"
#include "lock/types.h"

// Journal time (protocol.md 11–13). It is a stopwatch that belongs to the journal and is passed from keeper
// to keeper: each entry says how far it has come, a new keeper starts it again where the last entry left it,
// and while there is no keeper it stands still. The watch is driven by CLOCK_MONOTONIC_RAW, so an
// administrator who sets the date, or NTP that slews it, changes nothing.
//
// Two things make it safe to end leases by:
// - It never runs ahead of real time. Milliseconds are counted whole and the rest is carried over, so
// thousands
//   of entries a second do not lose the fractions either.
// - Between two entries it advances by at most 1.5 s. Whatever the keeper missed beyond that (a stopped
// process,
//   a slow disk) simply did not happen for any lease. Being late is allowed, being early is not.
//
// The cap alone does not protect a lease that had less than 1.5 s to live when the keeper stalled; that is
// what stall_guard.h is for.

namespace holdfast::keeper {

inline constexpr lock::Millis kMaxAdvance{1'500};

class EntryClock {
 public:
  explicit EntryClock(const MonotonicClock& raw) : raw_(raw) {}

  struct Sample {
    lock::JournalTime time;
    std::chrono::nanoseconds raw{};
  };

  // The journal's last entry carries `last`; time goes on from now.
  void start(lock::JournalTime last);

  // What an entry that is closed now would carry. Never less than the last entry's.
  Sample sample() const;
  // An entry with this sample was closed.
  void closed(const Sample& sample);

  // What the cap has cost so far: real time of this process that did not happen for any lease.
  std::chrono::nanoseconds lost() const { return lost_; }

  // How long the raw clock has to run until sample() reaches `time`; zero when it has. More than that when an
  // entry must come first, because `time` lies beyond kMaxAdvance.
  std::chrono::nanoseconds until(lock::JournalTime time) const;
  std::chrono::nanoseconds since_entry() const { return raw_.now() - entry_raw_; }

 private:
  const MonotonicClock& raw_;
  lock::JournalTime last_{};
  std::chrono::nanoseconds anchor_{};  // the raw instant at which journal time was exactly last_
  std::chrono::nanoseconds lost_{};
  std::chrono::nanoseconds entry_raw_{};  // the raw instant of the last entry
};

}  // namespace holdfast::keeper
