#include "virtual_runner.h"

#include <utility>

namespace holdfast::sim {

VirtualRunner::VirtualRunner(Machine& machine, journal::Journal& journal, const Weather& weather,
                             Random random)
    : machine_(machine), journal_(journal), weather_(weather), random_(random) {}

VirtualRunner::~VirtualRunner() {
  if (!jobs_.empty() && !worked_ && random_.one_in(2)) jobs_.front().work(journal_);
}

void VirtualRunner::run(Work work, Done done) {
  jobs_.push_back({std::move(work), std::move(done)});
  if (jobs_.size() == 1) begin();
}

template <class Step>
Action VirtualRunner::alive(Step step) {
  return [this, weak = std::weak_ptr(alive_), step] {
    if (!weak.expired()) step(*this);
  };
}

void VirtualRunner::begin() {
  machine_.schedule().after(delay(), alive([](VirtualRunner& self) { self.work(); }));
}

// The engine does not care whether the process that asked is stopped; only the answer waits then.
void VirtualRunner::work() {
  jobs_.front().work(journal_);
  worked_ = true;
  machine_.schedule().after(delay(), [this, weak = std::weak_ptr(alive_)] {
    if (!weak.expired()) machine_.deliver(alive([](VirtualRunner& self) { self.finish(); }));
  });
}

void VirtualRunner::finish() {
  const Done done = std::move(jobs_.front().done);
  jobs_.pop_front();
  worked_ = false;
  if (!jobs_.empty()) begin();
  done();
}

}  // namespace holdfast::sim
