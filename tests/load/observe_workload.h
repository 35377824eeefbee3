#pragma once

#include <string>

#include "client.h"

namespace holdfast::load {

// Writes down who stands in the queue of one key, so that the checker knows in which order they came. It ends
// when it is the only client left.
class ObserveWorkload final : public Workload {
 public:
  explicit ObserveWorkload(std::string key) : key_(std::move(key)) {}

  void next(Client& client) override;
  void answered(Client& client, const Operation& operation, const Answer& answer,
                History::Times times) override;

 private:
  const std::string key_;
  bool pause_next_ = false;
};

}  // namespace holdfast::load
