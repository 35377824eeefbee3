#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace holdfast {

// Lets so many lines through in each period, for lines that clients can cause as fast as they like.
class LogGate {
 public:
  static constexpr std::chrono::seconds kPeriod{10};
  static constexpr std::uint64_t kLines = 20;

  // Nothing when the line is to be left out; else how many were left out since the last one that was not.
  std::optional<std::uint64_t> pass(std::chrono::nanoseconds now) {
    if (now >= next_period_) {
      next_period_ = now + kPeriod;
      lines_ = 0;
    }
    if (lines_ == kLines) {
      ++left_out_;
      return std::nullopt;
    }
    ++lines_;
    return std::exchange(left_out_, 0);
  }

 private:
  std::chrono::nanoseconds next_period_{};
  std::uint64_t lines_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace holdfast
