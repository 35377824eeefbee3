#include "cli/bench/workload.h"

#include <algorithm>

#include <fmt/format.h>

namespace holdfast::cli::bench {

std::string Workload::key(std::string_view kind, std::uint64_t number) const {
  return fmt::format("{}/{}/{}", run_.settings.prefix, kind, number);
}

std::string Workload::own_key() {
  const Settings& settings = run_.settings;
  const std::uint64_t loops = std::uint64_t{settings.clients} * settings.pipeline;
  const std::uint64_t each = std::max<std::uint64_t>(1, settings.keys / loops);
  return key("own", number_ * each + random(each));
}

DoPause Workload::pause_before_retry() {
  const auto span = static_cast<std::uint64_t>(run_.settings.retry_ms) * 1'000'000;
  return {static_cast<std::int64_t>(span / 2 + random(span + 1))};
}

}  // namespace holdfast::cli::bench
