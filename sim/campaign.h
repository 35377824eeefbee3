#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulation.h"

namespace holdfast::sim {

// Many seeds, on as many processes as there are cores.
struct CampaignOptions {
  std::uint64_t first = 1;
  std::optional<std::uint64_t> last;            // none: as many as there is time for
  std::optional<std::chrono::seconds> at_most;  // real time
  unsigned jobs = 1;
  bool twice = false;        // each seed, and the traces are compared
  bool until_found = false;  // ends with the first violation
};

struct CampaignResult {
  Figures figures;
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;  // seeds with a violation, that ended the process, or did not end
};

// Prints each violation with its seed and how to see it again. `program` is how this one was called.
CampaignResult run_campaign(const CampaignOptions& options, const std::string& program);

// The line with which a campaign closes.
std::string summary(const CampaignResult& result);

}  // namespace holdfast::sim
