#pragma once

#include <optional>

#include "client/deadline.h"

namespace holdfast::client {

// A wait that another thread can cut short, on CLOCK_BOOTTIME: unlike a condition variable it does not lose
// the hours that the machine slept, so what was due during a sleep is done at once on waking up.
class Alarm {
 public:
  Alarm();
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  // Ends the present wait, or the next one if there is none. From any thread.
  void ring();

  // Returns when the time has come (false) or somebody rang (true); nothing waits for a ring alone.
  bool wait_until(std::optional<BootTime> time);

 private:
  int timer_;
  int bell_;
};

}  // namespace holdfast::client
