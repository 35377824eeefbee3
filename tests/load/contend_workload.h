#pragma once

#include <string>

#include "client.h"

namespace holdfast::load {

// Few clients on few keys, for histories that are judged without a look at revisions: each tries or waits,
// exclusive or shared, looks who holds, renews, and releases; with `keep_percent` it lets a lease run out.
class ContendWorkload final : public Workload {
 public:
  void next(Client& client) override;
  void answered(Client& client, const Operation& operation, const Answer& answer,
                History::Times times) override;

 private:
  void acquire(Client& client);
  void use(Client& client);

  std::string key_;
  std::string handle_;  // empty: nothing held
  bool rested_ = false;
};

}  // namespace holdfast::load
