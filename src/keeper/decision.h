#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "keeper/calls.h"
#include "keeper/outbox.h"
#include "keeper/pending.h"
#include "lock/event_observer.h"
#include "lock/state.h"

// One batch: takes commands from the queues, decides them, and makes the entry and the answers that may be
// given once it is durable.

namespace holdfast::keeper {

// Every so many entries one carries the state's digest, so that a replica which differs is noticed.
inline constexpr std::uint64_t kDigestEvery = 1'000;

struct DecideAt {
  lock::JournalTime time;
  lock::WallTime wall;
  std::uint64_t sequence = 0;  // of the entry, if there will be one
  bool may_expire = false;
  bool record_time = false;        // make an entry even if nothing happens
  std::chrono::nanoseconds now{};  // on the clock by which calls are timed
};

struct Decision {
  std::vector<Answer> answers;
  bool has_entry = false;
  bool eventful = false;    // the entry says more than the time
  bool unfinished = false;  // something was left for a batch that should follow at once
  std::size_t commands = 0;
  std::size_t events = 0;
};

// Decides what is pending, as much as one entry holds, and appends the entry's bytes to `entry`. The
// observer, if there is one, sees the events.
Decision decide(lock::State& state, Pending& pending, CallTable& calls, const DecideAt& at, Bytes& entry,
                lock::EventObserver* observer = nullptr);

}  // namespace holdfast::keeper
