#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "api/endpoint.h"
#include "lock/types.h"

namespace holdfast::cli {

// What `holdfast serve` was told, checked.
struct ServeSettings {
  std::string journal_url;
  std::vector<api::Endpoint> listen;
  lock::Millis default_ttl{30'000};
};

// Opens and recovers the journal, serves until SIGTERM or SIGINT, and returns the exit code. A second signal
// ends the process at once; so does a journal that can no longer be trusted, without answering anybody.
int serve_until_told(const ServeSettings& settings);

}  // namespace holdfast::cli
