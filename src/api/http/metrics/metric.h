#pragma once

#include <initializer_list>
#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>
#include <span>
#include <string_view>

#include "api/http/backend.h"
#include "base/histogram.h"
#include "keeper/keeper.h"
#include "lock/view.h"

// The metrics are one table: name, type, labels, help, and how each is read. What is exported, and
// docs/metrics.md, come from it. Nothing is kept in the form that Prometheus wants: the hot path counts in
// plain numbers, and each scrape copies them out.

namespace holdfast::api::http::metrics {

// What a scrape reads, looked up once.
struct Sources {
  explicit Sources(const Backend& from)
      : backend(from), status(from.keeper.status()), counts(lock::count(from.keeper.state())) {}

  const Backend& backend;
  keeper::Status status;
  lock::Counts counts;
};

// Takes the samples of one metric.
class Samples {
 public:
  using Label = prometheus::ClientMetric::Label;
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  explicit Samples(prometheus::MetricFamily& family) : family_(family) {}

  void add(double value, Labels labels = {});
  void add(const Histogram& histogram, Labels labels = {});

 private:
  prometheus::ClientMetric& next(Labels labels);

  prometheus::MetricFamily& family_;
};

struct Metric {
  std::string_view name;
  prometheus::MetricType type;
  std::string_view labels;  // their names, for the page
  std::string_view help;    // one sentence
  void (*read)(const Sources& sources, Samples& samples);
};

// The table, in parts by what is measured. Their titles are the page's.
struct Section {
  std::string_view title;
  std::span<const Metric> metrics;
};

std::span<const Section> sections();

std::span<const Metric> request_metrics();
std::span<const Metric> lock_metrics();
std::span<const Metric> keeper_metrics();
std::span<const Metric> process_metrics();

}  // namespace holdfast::api::http::metrics
