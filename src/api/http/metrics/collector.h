#pragma once

#include <prometheus/collectable.h>
#include <vector>

#include "api/http/backend.h"

namespace holdfast::api::http::metrics {

// Reads every metric of the table, on the thread that counts them.
class Collector final : public prometheus::Collectable {
 public:
  explicit Collector(const Backend& backend) : backend_(backend) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Backend& backend_;
};

}  // namespace holdfast::api::http::metrics
