#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace holdfast::load {

// How long things took, in nanoseconds; every sample is kept.
class Latencies {
 public:
  void add(std::int64_t nanoseconds) { samples_.push_back(nanoseconds); }
  std::size_t count() const { return samples_.size(); }

  // The smallest sample that `fraction` (0 to 1) of all do not exceed, in microseconds; 0 without samples.
  double quantile_us(double fraction) {
    if (samples_.empty()) return 0;
    const auto at = static_cast<std::size_t>(fraction * static_cast<double>(samples_.size() - 1));
    std::nth_element(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(at), samples_.end());
    return static_cast<double>(samples_[at]) / 1000.0;
  }

 private:
  std::vector<std::int64_t> samples_;
};

}  // namespace holdfast::load
