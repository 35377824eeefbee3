#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "api/command_traffic.h"
#include "api/http/router.h"
#include "base/histogram.h"
#include "service/code.h"

namespace holdfast::api::http {

// How often each route answered what, and how long it took. Of the network thread alone.
class Traffic {
 public:
  struct PerRoute {
    const Route* route = nullptr;                         // none: requests that no route was found for
    std::vector<std::pair<int, std::uint64_t>> statuses;  // those that came, smallest first
    std::array<std::uint64_t, service::kCodeCount> refused{};
    Histogram seconds{kReplyBounds};
  };

  // `routes` must outlive this.
  explicit Traffic(const RouteTable& routes);

  // `took` is without what was spent waiting in a lock's queue.
  void answered(const Route* route, int status, std::optional<service::Code> refusal,
                std::chrono::nanoseconds took);

  const std::vector<PerRoute>& all() const { return all_; }

 private:
  const RouteTable& routes_;
  std::vector<PerRoute> all_;  // in the order of the table, then the one of no route
};

}  // namespace holdfast::api::http
