#include "api/http/traffic.h"

#include <algorithm>

namespace holdfast::api::http {

Traffic::Traffic(const RouteTable& routes) : routes_(routes) {
  for (const Route& route : routes.all()) all_.push_back(PerRoute{.route = &route});
  all_.emplace_back();
}

void Traffic::answered(const Route* route, int status, std::optional<service::Code> refusal,
                       std::chrono::nanoseconds took) {
  PerRoute& counts = route == nullptr ? all_.back() : all_[routes_.index_of(*route)];
  if (refusal) ++counts.refused[static_cast<std::size_t>(*refusal)];
  auto& statuses = counts.statuses;
  auto at = std::ranges::lower_bound(statuses, status, {}, [](const auto& each) { return each.first; });
  if (at == statuses.end() || at->first != status) at = statuses.insert(at, {status, 0});
  ++at->second;
  counts.seconds.add(std::chrono::duration<double>(took).count());
}

}  // namespace holdfast::api::http
