#include "cli/bench/figures.h"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace holdfast::cli::bench {
namespace {

// With three digits that matter, so that columns stay narrow.
std::string microseconds(double value) {
  if (value < 1'000) return fmt::format("{:.0f} us", value);
  if (value < 100'000) return fmt::format("{:.2f} ms", value / 1'000);
  return fmt::format("{:.2f} s", value / 1'000'000);
}

std::string number(double value) {
  return value < 100 ? fmt::format("{:.2f}", value) : fmt::format("{:.0f}", value);
}

std::string notes_of(const Figures& figures) {
  std::string notes;
  const auto note = [&notes](std::string_view text) {
    if (!notes.empty()) notes += ", ";
    notes += text;
  };
  for (const auto& [word, count] : figures.errors) note(fmt::format("{} x {}", count, word));
  for (const auto& [name, value] : figures.more) note(fmt::format("{} {}", name, number(value)));
  return notes;
}

}  // namespace

bool Figures::kept_promises() const {
  return !more.contains(kBrokenTokens) && !more.contains(kMissedEvents);
}

Figures figures_of(const WorkloadKind& kind, const Run& run, const Course& course) {
  Figures figures{.workload = std::string(kind.name),
                  .operation = std::string(kind.operation),
                  .clients = run.settings.clients,
                  .pipeline = kind.pipelines ? run.settings.pipeline : 1,
                  .seconds = course.seconds,
                  .operations = run.totals.operations,
                  .errors = run.totals.errors};
  if (course.seconds > 0) figures.per_second = static_cast<double>(figures.operations) / course.seconds;
  for (std::size_t i = 0; i < kTimedNames.size(); ++i) {
    const Latency& latency = run.totals.latencies[i];
    if (latency.count() == 0) continue;
    figures.latencies[std::string(kTimedNames[i])] = {.count = latency.count(),
                                                      .p50_us = latency.quantile_us(0.5),
                                                      .p99_us = latency.quantile_us(0.99),
                                                      .p999_us = latency.quantile_us(0.999),
                                                      .max_us = latency.max_us()};
  }
  if (run.totals.refused > 0) figures.more["refused_attempts"] = static_cast<double>(run.totals.refused);
  if (run.totals.broken_tokens > 0) {
    figures.more[std::string(kBrokenTokens)] = static_cast<double>(run.totals.broken_tokens);
  }
  if (course.most_grants > 0) {
    figures.more["fewest_grants"] = static_cast<double>(course.fewest_grants);
    figures.more["most_grants"] = static_cast<double>(course.most_grants);
  }
  return figures;
}

boost::json::object to_json(const Figures& figures) {
  boost::json::object latencies;
  for (const auto& [verb, latency] : figures.latencies) {
    latencies[verb] = boost::json::object{{"count", latency.count},
                                          {"p50_us", latency.p50_us},
                                          {"p99_us", latency.p99_us},
                                          {"p999_us", latency.p999_us},
                                          {"max_us", latency.max_us}};
  }
  boost::json::object errors, more;
  for (const auto& [word, count] : figures.errors) errors[word] = count;
  for (const auto& [name, value] : figures.more) more[name] = value;
  return {{"workload", figures.workload},     {"operation", figures.operation},
          {"clients", figures.clients},       {"pipeline", figures.pipeline},
          {"seconds", figures.seconds},       {"operations", figures.operations},
          {"per_second", figures.per_second}, {"latencies", std::move(latencies)},
          {"errors", std::move(errors)},      {"more", std::move(more)}};
}

std::vector<std::string> table_header() {
  return {"WORKLOAD", "PER SECOND", "VERB", "P50", "P99", "P99.9", "MAX", "NOTES"};
}

std::vector<std::vector<std::string>> table_rows(const std::vector<Figures>& all) {
  std::vector<std::vector<std::string>> rows;
  for (const Figures& figures : all) {
    std::vector<std::string> row{figures.workload,
                                 fmt::format("{:.0f} {}", figures.per_second, figures.operation)};
    std::string notes = notes_of(figures);
    if (figures.latencies.empty()) rows.push_back({row[0], row[1], "", "", "", "", "", notes});
    for (const auto& [verb, latency] : figures.latencies) {
      rows.push_back({row[0], row[1], verb, microseconds(latency.p50_us), microseconds(latency.p99_us),
                      microseconds(latency.p999_us), microseconds(latency.max_us), std::exchange(notes, {})});
      row[1].clear();
    }
  }
  return rows;
}

}  // namespace holdfast::cli::bench
