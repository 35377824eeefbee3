#pragma once

#include "base/clock.h"

namespace holdfast::api::http {

// How far the wall clock has run away from the clock by which leases are counted, since this was made. Wall
// clocks that are set, and machines whose clocks run at another rate, show here; no lock minds either.
class ClockWatch {
 public:
  ClockWatch(const WallClock& wall, const MonotonicClock& steady)
      : wall_(wall), steady_(steady), wall_began_(wall.now()), steady_began_(steady.now()) {}

  std::chrono::milliseconds now() const { return wall_.now(); }
  std::chrono::milliseconds began() const { return wall_began_; }
  std::chrono::nanoseconds error() const {
    return (wall_.now() - wall_began_) - (steady_.now() - steady_began_);
  }

 private:
  const WallClock& wall_;
  const MonotonicClock& steady_;
  std::chrono::milliseconds wall_began_;
  std::chrono::nanoseconds steady_began_;
};

}  // namespace holdfast::api::http
