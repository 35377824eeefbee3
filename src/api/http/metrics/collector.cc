#include "api/http/metrics/collector.h"

#include "api/http/metrics/metric.h"

namespace holdfast::api::http::metrics {

std::vector<prometheus::MetricFamily> Collector::Collect() const {
  const Sources sources(backend_);
  std::vector<prometheus::MetricFamily> families;
  for (const Section& section : sections()) {
    for (const Metric& metric : section.metrics) {
      auto& family = families.emplace_back();
      family.name = metric.name;
      family.help = metric.help;
      family.type = metric.type;
      Samples samples(family);
      metric.read(sources, samples);
    }
  }
  return families;
}

}  // namespace holdfast::api::http::metrics
