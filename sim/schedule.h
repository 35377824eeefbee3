#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace holdfast::sim {

using Nanos = std::chrono::nanoseconds;
using Action = std::function<void()>;

// True time, which no machine of the run can see, and what will happen in it. What is planned for the same
// instant happens in the order in which it was planned.
class Schedule {
 public:
  Nanos now() const { return now_; }
  void at(Nanos when, Action what);
  void after(Nanos delay, Action what) { at(now_ + delay, std::move(what)); }

  // The next thing happens. False when nothing is planned up to `end`; then it is `end`.
  bool step(Nanos end);
  std::uint64_t steps() const { return steps_; }

 private:
  struct Event {
    Nanos when;
    std::uint64_t number;
    Action what;
  };
  static bool later(const Event& a, const Event& b) {
    return a.when != b.when ? a.when > b.when : a.number > b.number;
  }

  Nanos now_{};
  std::uint64_t numbered_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<Event> heap_;
};

}  // namespace holdfast::sim
