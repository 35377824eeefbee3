#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "cli/bench/load.h"

namespace holdfast::cli::bench {

struct LatencyFigures {
  std::uint64_t count = 0;
  double p50_us = 0, p99_us = 0, p999_us = 0, max_us = 0;
};

// Names in Figures::more of what the server must never do.
inline constexpr std::string_view kBrokenTokens = "broken_tokens";
inline constexpr std::string_view kMissedEvents = "missed_events";

// What one workload came to.
struct Figures {
  std::string workload;
  std::string operation;  // what is counted, in the plural
  unsigned clients = 0;
  unsigned pipeline = 1;
  double seconds = 0;
  std::uint64_t operations = 0;
  double per_second = 0;
  std::map<std::string, LatencyFigures, std::less<>> latencies;  // by verb; those that were measured
  std::map<std::string, std::uint64_t, std::less<>> errors;      // by word
  // What this workload alone tells: bytes_per_lock, fewest_grants, events_per_second, …
  std::map<std::string, double, std::less<>> more;

  bool kept_promises() const;
};

Figures figures_of(const WorkloadKind& kind, const Run& run, const Course& course);

boost::json::object to_json(const Figures& figures);

// Rows for print_table: one for each verb of each workload.
std::vector<std::string> table_header();
std::vector<std::vector<std::string>> table_rows(const std::vector<Figures>& all);

}  // namespace holdfast::cli::bench
