#include "service/statistics/small_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace holdfast::service {
namespace {

// Each doubling from 4 ms on has four buckets; below, a bucket is one millisecond.
constexpr std::size_t kPerDoubling = 4;

std::size_t bucket_of(std::uint64_t ms) {
  if (ms < kPerDoubling) return ms;
  const auto doubling = static_cast<std::size_t>(std::bit_width(ms)) - 3;
  return kPerDoubling * (doubling + 1) + ((ms >> doubling) & (kPerDoubling - 1));
}

std::uint64_t width_of(std::size_t bucket) {
  return bucket < kPerDoubling ? 1 : std::uint64_t{1} << (bucket / kPerDoubling - 1);
}

std::uint64_t start_of(std::size_t bucket) {
  if (bucket < kPerDoubling) return bucket;
  return (kPerDoubling + bucket % kPerDoubling) * width_of(bucket);
}

}  // namespace

void SmallHistogram::add(lock::Millis value) {
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, value.count()));
  std::uint16_t& count = counts_[std::min(bucket_of(ms), kBuckets - 1)];
  if (count == std::numeric_limits<std::uint16_t>::max()) {
    for (std::uint16_t& each : counts_) each /= 2;
  }
  ++count;
}

std::optional<lock::Millis> SmallHistogram::quantile(double q) const {
  const auto all = std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
  if (all == 0) return std::nullopt;
  const double rank = std::max(1.0, std::ceil(q * static_cast<double>(all)));
  double below = 0;
  for (std::size_t bucket = 0;; ++bucket) {
    const double count = counts_[bucket];
    if (below + count < rank) {
      below += count;
      continue;
    }
    const double within = (rank - below - 0.5) / count * static_cast<double>(width_of(bucket));
    return lock::Millis(static_cast<std::int64_t>(start_of(bucket)) + static_cast<std::int64_t>(within));
  }
}

}  // namespace holdfast::service
