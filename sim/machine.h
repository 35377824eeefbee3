#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "clock.h"
#include "schedule.h"

namespace holdfast::sim {

// What a server and a client have in common: clocks of its own, and a process on it that can be stopped and
// continued, or die and be started anew. What is meant for a stopped process waits until it goes on, while
// the clocks run; what was meant for a process that is dead is lost.
class Machine {
 public:
  Machine(Schedule& schedule, Nanos offset, std::int64_t rate_ppm)
      : schedule_(schedule), clock_(schedule, offset, rate_ppm), wall_(schedule) {}
  virtual ~Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  const MachineClock& clock() const { return clock_; }
  JumpingWallClock& wall() { return wall_; }
  Schedule& schedule() { return schedule_; }

  bool runs() const { return running_; }
  bool paused() const { return schedule_.now() < paused_until_; }

  // To be done by the present process. Comes to nothing when that is dead.
  void deliver(Action what);
  // The same when the machine's clock has gone on by `delay`.
  void after(Nanos delay, Action what);

  // For so long in true time.
  void pause(Nanos how_long);
  void resume();

 protected:
  void process_starts();
  void process_dies();
  // After everything that was delivered at once.
  virtual void settle() {}

 private:
  void go_on();

  Schedule& schedule_;
  MachineClock clock_;
  JumpingWallClock wall_;
  std::uint64_t process_ = 0;
  bool running_ = false;
  Nanos paused_until_{};
  std::vector<Action> backlog_;  // in the order in which it came
};

}  // namespace holdfast::sim
