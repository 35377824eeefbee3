#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "lock/types.h"

namespace holdfast::service {

// Durations of one lock, in 256 bytes: four buckets for each doubling of a millisecond, so that a quantile is
// off by at most an eighth, up to 99 days. When a bucket is full all are halved: what is new weighs more.
class SmallHistogram {
 public:
  void add(lock::Millis value);

  // The value below which the share `q` (0 to 1) lies; nothing while it is empty.
  std::optional<lock::Millis> quantile(double q) const;

 private:
  static constexpr std::size_t kBuckets = 128;

  std::array<std::uint16_t, kBuckets> counts_{};
};

}  // namespace holdfast::service
