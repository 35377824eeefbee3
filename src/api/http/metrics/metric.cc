#include "api/http/metrics/metric.h"

#include <array>

namespace holdfast::api::http::metrics {

std::span<const Section> sections() {
  static const std::array<Section, 4> kSections{{{"Requests", request_metrics()},
                                                 {"Locks", lock_metrics()},
                                                 {"Keeper and journal", keeper_metrics()},
                                                 {"Process", process_metrics()}}};
  return kSections;
}

prometheus::ClientMetric& Samples::next(Labels labels) {
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  metric.label.reserve(labels.size());
  for (const auto& [name, value] : labels) metric.label.push_back({std::string(name), std::string(value)});
  return metric;
}

void Samples::add(double value, Labels labels) {
  prometheus::ClientMetric& metric = next(labels);
  (family_.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

void Samples::add(const Histogram& histogram, Labels labels) {
  prometheus::ClientMetric::Histogram& out = next(labels).histogram;
  out.bucket.reserve(histogram.bounds().size());
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    below += histogram.counts()[i];
    out.bucket.push_back({below, histogram.bounds()[i]});
  }
  out.sample_count = below + histogram.counts().back();
  out.sample_sum = histogram.sum();
}

}  // namespace holdfast::api::http::metrics
