#pragma once

#include <cstdint>

#include "base/histogram.h"

namespace holdfast::keeper {

inline constexpr double kSecondsBounds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                            0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
inline constexpr double kSizeBounds[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1'000, 2'000, 5'000};

// What the keeper's loop counts, since the process began. Of its thread alone.
struct Measurements {
  Histogram queued_seconds{kSecondsBounds};  // from submit() to the decision
  Histogram append_seconds{kSecondsBounds};  // until the journal has said that an entry is durable
  Histogram commands_per_entry{kSizeBounds};
  Histogram events_per_entry{kSizeBounds};
  std::uint64_t unknown_appends = 0;  // that had to be repeated, each time
};

}  // namespace holdfast::keeper
