#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "api/http/metrics/metric.h"

// docs/metrics.md is what this test writes: HOLDFAST_REWRITE=1 writes it anew.

namespace holdfast::api::http::metrics {
namespace {

constexpr std::string_view kHead =
    "# Metrics\n\n"
    "`GET /metrics` answers in the text format of Prometheus (0.0.4), on every `--listen` address and on "
    "those of\n"
    "`--metrics-listen`, which serve nothing else but the probes. Counters begin at zero with the process. A "
    "scrape\n"
    "takes a few milliseconds at most; requests pay for plain increments only.\n\n"
    "    scrape_configs:\n"
    "      - job_name: holdfast\n"
    "        static_configs: [{targets: ['127.0.0.1:7420']}]\n\n"
    "Worth an alert: `holdfast_journal_writable == 0`; "
    "`rate(holdfast_holds_ended_total{how=\"expiry\"}[5m])`, holders\n"
    "that died or were cut off; `rate(holdfast_time_lost_seconds_total[5m])`, a machine or a disk that "
    "stalls; the\n"
    "99th percentile of `holdfast_append_seconds`; `holdfast_waiters` that only grows.\n\n"
    "This page is written from the table in the code by a test (`HOLDFAST_REWRITE=1 ./dev test "
    "metrics_test`).\n";

std::string_view name_of(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return "counter";
    case prometheus::MetricType::Gauge:
      return "gauge";
    case prometheus::MetricType::Histogram:
      return "histogram";
    default:
      return "of a type that the page has no word for";
  }
}

std::string page() {
  std::ostringstream out;
  out << kHead;
  for (const Section& section : sections()) {
    out << "\n## " << section.title << "\n\n| metric | type | labels | what it is |\n|---|---|---|---|\n";
    for (const Metric& metric : section.metrics) {
      out << "| `" << metric.name << "` | " << name_of(metric.type) << " | " << metric.labels << " | "
          << metric.help << " |\n";
    }
  }
  return out.str();
}

TEST(MetricsPage, SaysWhatTheTableSays) {
  const std::string path = HOLDFAST_SOURCE_DIR "/docs/metrics.md";
  if (std::getenv("HOLDFAST_REWRITE") != nullptr) std::ofstream(path) << page();
  std::stringstream written;
  written << std::ifstream(path).rdbuf();
  EXPECT_EQ(written.str(), page())
      << "HOLDFAST_REWRITE=1 ./dev test metrics_test writes docs/metrics.md anew";
}

TEST(MetricsTable, NamesFollowTheConventions) {
  std::set<std::string_view> seen;
  for (const Section& section : sections()) {
    for (const Metric& metric : section.metrics) {
      EXPECT_TRUE(seen.insert(metric.name).second) << metric.name << " is there twice";
      EXPECT_TRUE(metric.name.starts_with("holdfast_") || metric.name.starts_with("process_")) << metric.name;
      EXPECT_EQ(metric.name.ends_with("_total"), metric.type == prometheus::MetricType::Counter)
          << metric.name;
      EXPECT_TRUE(metric.help.ends_with('.')) << metric.name;
      EXPECT_EQ(metric.help.find('|'), metric.help.npos) << metric.name;
    }
  }
}

}  // namespace
}  // namespace holdfast::api::http::metrics
