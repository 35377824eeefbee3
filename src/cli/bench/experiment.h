#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/bench/figures.h"
#include "client/settings.h"

namespace holdfast::cli::bench {

// What experiments work on.
struct Bench {
  Settings settings;
  Dialect& dialect;
  std::optional<std::int64_t> process;   // of the server, if it is on this machine
  std::optional<client::Settings> http;  // where events can be watched
  // Told about once a second: how long the workload has been measured, and how much was done so far.
  std::function<void(std::string_view workload, double seconds, std::uint64_t operations)> on_progress;
};

// In the order in which they are run when none is named.
const std::vector<std::string>& workload_names();

// Runs one of these. Fails as run_load does, or when the bench has not what the workload needs.
Result<Figures> measure(std::string_view workload, const Bench& bench);

}  // namespace holdfast::cli::bench
