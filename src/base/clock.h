#pragma once

#include <chrono>

namespace holdfast {

// Real time that never goes backwards and that no administrator sets. Only differences mean anything.
class MonotonicClock {
 public:
  virtual ~MonotonicClock() = default;
  virtual std::chrono::nanoseconds now() const = 0;
};

// Wall-clock time since 1970, for display only: no lock rule reads it (protocol.md 16).
class WallClock {
 public:
  virtual ~WallClock() = default;
  virtual std::chrono::milliseconds now() const = 0;
};

// CLOCK_MONOTONIC_RAW: the keeper's clock. Not slewed by NTP, stands still while the machine sleeps.
const MonotonicClock& raw_clock();

// CLOCK_BOOTTIME: the client's clock. Goes on while the machine sleeps, so a laptop that wakes up knows that
// its lease is over.
const MonotonicClock& boot_clock();

const WallClock& system_wall_clock();

}  // namespace holdfast
