#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/error.h"
#include "cli/bench/poller.h"
#include "cli/bench/run.h"
#include "cli/bench/workload.h"

namespace holdfast::cli::bench {

// How a run went, besides what its Run counted.
struct Course {
  double seconds = 0;  // measured
  std::uint64_t fewest_grants = 0;
  std::uint64_t most_grants = 0;
};

// Told about once a second while a run lasts.
using OnProgress = std::function<void(double seconds)>;

// Runs one workload with clients of its own on this thread: connects, lets everybody prepare, measures, and
// lets everybody end what was begun. `others` are looked after meanwhile. Fails when a connection cannot be
// made, or when the server refuses what the workload prepares with; what goes wrong later is counted.
Result<Course> run_load(const WorkloadKind& kind, Run& run, const OnProgress& on_progress,
                        std::span<Pollable* const> others = {});

}  // namespace holdfast::cli::bench
