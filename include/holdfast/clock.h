#pragma once

#include <chrono>
#include <holdfast/export.h>

namespace holdfast {

// The clock by which a holder knows until when it holds (CLOCK_BOOTTIME): it goes on while the machine
// sleeps, and nobody sets it.
struct HOLDFAST_API local_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<local_clock>;
  static constexpr bool is_steady = true;
  static time_point now() noexcept;
};

}  // namespace holdfast
