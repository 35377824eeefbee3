#include "api/http/traffic.h"

#include <algorithm>
#include <iterator>

#include "api/http/routes.h"
#include "base/assert.h"

namespace holdfast::api::http {

Traffic::Traffic() {
  for (const Route& route : routes(Exposure::everything)) all_.push_back(PerRoute{.route = &route});
  all_.emplace_back();
}

void Traffic::answered(const Route* route, int status, std::optional<service::Code> refusal,
                       std::chrono::nanoseconds took) {
  const auto index = route == nullptr ? all_.size() - 1
                                      : static_cast<std::size_t>(route - routes(Exposure::everything).data());
  PerRoute& counts = all_[index];
  if (refusal) {
    ++counts.refused[static_cast<std::size_t>(*refusal)];
  } else {
    const auto* const success = std::find(std::begin(kSuccesses), std::end(kSuccesses), status);
    HOLDFAST_ASSERT(success != std::end(kSuccesses));
    ++counts.succeeded[static_cast<std::size_t>(success - std::begin(kSuccesses))];
  }
  counts.seconds.add(std::chrono::duration<double>(took).count());
}

}  // namespace holdfast::api::http
