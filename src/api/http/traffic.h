#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "api/command_traffic.h"
#include "api/http/router.h"
#include "base/histogram.h"
#include "service/code.h"

namespace holdfast::api::http {

inline constexpr int kSuccesses[] = {200, 201, 204, 304};

// How often each route answered what, and how long it took. Of the network thread alone.
class Traffic {
 public:
  struct PerRoute {
    const Route* route = nullptr;  // none: requests that no route was found for
    std::array<std::uint64_t, std::size(kSuccesses)> succeeded{};
    std::array<std::uint64_t, service::kCodeCount> refused{};
    Histogram seconds{kReplyBounds};
  };

  Traffic();

  // `status` is one of kSuccesses unless there is a refusal. `took` is without what was spent waiting in a
  // lock's queue.
  void answered(const Route* route, int status, std::optional<service::Code> refusal,
                std::chrono::nanoseconds took);

  const std::vector<PerRoute>& all() const { return all_; }

 private:
  std::vector<PerRoute> all_;  // in the order of the table, then the one of no route
};

}  // namespace holdfast::api::http
