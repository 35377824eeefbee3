#pragma once

#include <string>
#include <vector>

#include "cli/bench/experiment.h"
#include "cli/bench/server_facts.h"

namespace holdfast::cli::bench {

// Everything about a run as JSON: version, time, machine, settings, what the server says of itself (`status`
// is the JSON of /v1/status, or empty), and the figures of each workload.
std::string report_json(const Bench& bench, const Info& info, const std::string& status,
                        const std::vector<Figures>& all);

}  // namespace holdfast::cli::bench
