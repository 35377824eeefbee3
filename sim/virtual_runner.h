#pragma once

#include <deque>
#include <memory>

#include "keeper/journal_runner.h"
#include "machine.h"
#include "random.h"
#include "store.h"

namespace holdfast::sim {

// Calls the journal as a thread of its own would: the work is done a while after it was asked for, and its
// sender learns of it another while later. What is under way when the process dies is carried out or lost.
class VirtualRunner final : public keeper::JournalRunner {
 public:
  // All must outlive it; `machine` is the one whose process it belongs to.
  VirtualRunner(Machine& machine, journal::Journal& journal, const Weather& weather, Random random);
  ~VirtualRunner() override;

  void run(Work work, Done done) override;
  bool is_inline() const override { return false; }

 private:
  struct Job {
    Work work;
    Done done;
  };

  void begin();
  void work();
  void finish();
  Nanos delay() { return random_.between(Nanos(1), weather_.slowest); }
  template <class Step>
  Action alive(Step step);

  Machine& machine_;
  journal::Journal& journal_;
  const Weather& weather_;
  Random random_;
  std::deque<Job> jobs_;  // the first one is under way
  bool worked_ = false;   // the first one is done, and its sender does not know yet
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace holdfast::sim
