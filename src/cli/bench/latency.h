#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace holdfast::cli::bench {

// How long things took. Counts in buckets that are at most 1/64 of their values wide, so that a quantile is
// at most 1.6 % too high, in constant memory however long a run lasts. What took longer than 70 minutes
// counts as that. Plain counters, for one thread.
class Latency {
 public:
  void add(std::int64_t nanoseconds) {
    const auto value = static_cast<std::uint64_t>(std::clamp<std::int64_t>(nanoseconds, 0, kMost));
    ++buckets_[index_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }

  std::uint64_t count() const { return count_; }
  double max_us() const { return static_cast<double>(max_) / 1000.0; }

  // What `fraction` (0 to 1) of all values do not exceed, in microseconds; 0 without values.
  double quantile_us(double fraction) const {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t index = 0; index < buckets_.size(); ++index) {
      seen += buckets_[index];
      if (seen >= std::max<std::uint64_t>(wanted, 1))
        return static_cast<double>(std::min(last_of(index), max_)) / 1000.0;
    }
    return 0;
  }

 private:
  static constexpr int kBits = 6;  // 64 buckets to every power of two
  static constexpr int kMostBits = 42;
  static constexpr std::int64_t kMost = (std::int64_t{1} << kMostBits) - 1;
  static constexpr std::size_t kBuckets = std::size_t{kMostBits - kBits + 1} << kBits;

  static constexpr int shift_of(std::uint64_t value) {
    return std::max(0, static_cast<int>(std::bit_width(value)) - kBits - 1);
  }
  static constexpr std::size_t index_of(std::uint64_t value) {
    const int shift = shift_of(value);
    return (static_cast<std::size_t>(shift) << kBits) + static_cast<std::size_t>(value >> shift);
  }
  // The largest value that falls into a bucket.
  static constexpr std::uint64_t last_of(std::size_t index) {
    constexpr std::size_t kLinear = std::size_t{2} << kBits;
    if (index < kLinear) return index;
    const std::size_t shift = (index >> kBits) - 1;
    const std::uint64_t top = index - (shift << kBits);
    return ((top + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace holdfast::cli::bench
