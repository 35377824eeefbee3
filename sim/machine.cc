#include "machine.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace holdfast::sim {

void Machine::deliver(Action what) {
  if (!running_) return;
  if (paused()) {
    backlog_.push_back(std::move(what));
    return;
  }
  what();
  if (running_) settle();
}

void Machine::after(Nanos delay, Action what) {
  if (!running_) return;
  schedule_.at(clock_.true_time(clock_.now() + delay), [this, process = process_, what = std::move(what)] {
    if (process == process_) deliver(what);
  });
}

void Machine::pause(Nanos how_long) {
  if (!running_) return;
  paused_until_ = std::max(paused_until_, schedule_.now() + how_long);
  schedule_.at(paused_until_, [this, process = process_] {
    if (process == process_) go_on();
  });
}

void Machine::resume() {
  if (!running_ || !paused()) return;
  paused_until_ = schedule_.now();
  go_on();
}

// All that waited is ready at once, as timers and sockets are after a SIGCONT.
void Machine::go_on() {
  if (paused()) return;
  const std::uint64_t process = process_;
  const std::vector<Action> waited = std::exchange(backlog_, {});
  for (const Action& what : waited) {
    if (process == process_ && running_) what();
  }
  if (running_ && process == process_) settle();
}

void Machine::process_starts() {
  HOLDFAST_ASSERT(!running_);
  running_ = true;
  ++process_;
  paused_until_ = schedule_.now();
}

void Machine::process_dies() {
  HOLDFAST_ASSERT(running_);
  running_ = false;
  ++process_;
  backlog_.clear();
}

}  // namespace holdfast::sim
