#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace holdfast {

// How many values fell up to each of some bounds, and their sum. Plain counters, for one thread.
class Histogram {
 public:
  // `bounds` ascend and outlive the histogram. A value that is above all of them is counted all the same.
  explicit Histogram(std::span<const double> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}

  void add(double value) {
    const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
    ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
    sum_ += value;
  }

  std::span<const double> bounds() const { return bounds_; }
  // counts()[i]: of values in (bounds()[i - 1], bounds()[i]]; the last one of those above all bounds.
  std::span<const std::uint64_t> counts() const { return counts_; }
  double sum() const { return sum_; }

 private:
  std::span<const double> bounds_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
};

}  // namespace holdfast
