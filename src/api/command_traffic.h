#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/histogram.h"
#include "service/code.h"

namespace holdfast::api {

inline constexpr double kReplyBounds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                          0.025,  0.05,    0.1,    0.25,  0.5,    1,     5};

// How often each command of the Redis protocol was answered how, and how long it took. Of the network thread
// alone.
class CommandTraffic {
 public:
  struct PerCommand {
    std::string_view name;
    std::uint64_t succeeded = 0;
    std::uint64_t misused = 0;  // complaints of the protocol: ERR
    std::array<std::uint64_t, service::kCodeCount> refused{};
    Histogram seconds{kReplyBounds};
  };

  // `names` outlive this; behind them is a place for what is no command.
  explicit CommandTraffic(const std::vector<std::string_view>& names) {
    for (const std::string_view name : names) all_.push_back(PerCommand{.name = name});
    all_.push_back(PerCommand{.name = "none"});
  }

  const std::vector<PerCommand>& all() const { return all_; }
  PerCommand& of(std::size_t index) { return all_[index]; }
  PerCommand& of_none() { return all_.back(); }

 private:
  std::vector<PerCommand> all_;
};

}  // namespace holdfast::api
