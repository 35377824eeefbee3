#pragma once

#include <string>
#include <vector>

#include "client.h"

namespace holdfast::load {

// A little of everything, for histories under faults: locks of its own, some of which it keeps and renews now
// and then; locks that all clients want, shared and exclusive, with short waits.
class MixWorkload final : public Workload {
 public:
  void next(Client& client) override;
  void answered(Client& client, const Operation& operation, const Answer& answer,
                History::Times times) override;

 private:
  struct Held {
    std::string key;
    std::string handle;
  };

  void acquire_own(Client& client);
  void acquire_contended(Client& client);
  void release(Client& client, Held held);

  std::vector<Held> kept_;
  std::vector<Held> to_release_;
  std::uint64_t own_keys_ = 0;
};

}  // namespace holdfast::load
