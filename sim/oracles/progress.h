#pragma once

#include <functional>
#include <string>
#include <vector>

#include "asker.h"
#include "machine.h"
#include "plan.h"
#include "random.h"

namespace holdfast::sim {

// Whether everything comes to its end once nothing goes wrong any more: every open question is answered, and
// every key can be locked again as soon as the leases of those who are gone have run out. It asks as one more
// client, the last one of the network.
class Progress {
 public:
  struct Parts {
    Schedule& schedule;
    const Plan& plan;
    Network& network;
    std::vector<Endpoint*> endpoints;
    Referee& referee;
    Random random;
    std::uint64_t& connections;
  };
  explicit Progress(const Parts& parts);

  // `run_until(end)` lets the world go on, and is false when that is over for another reason.
  using RunUntil = std::function<bool(Nanos end)>;
  void finish(const std::function<std::size_t()>& open_questions, const RunUntil& run_until);

 private:
  class Janitor final : public Machine {
   public:
    explicit Janitor(Schedule& schedule) : Machine(schedule, Nanos(0), 0) { process_starts(); }
  };

  // Until `done`, at most for so long; a violation when it does not come.
  bool await(const std::function<bool()>& done, Nanos at_most, const std::string& what,
             const RunUntil& run_until);
  void break_endless();
  void lock_every_key();
  void lock(const std::string& key);

  Parts parts_;
  Janitor janitor_;
  Asker asker_;
  std::size_t left_ = 0;
};

}  // namespace holdfast::sim
