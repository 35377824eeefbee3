#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "keeper/alarm.h"
#include "machine.h"

namespace holdfast::sim {

// An alarm that rings when the machine's clock says so.
class VirtualAlarm final : public keeper::Alarm {
 public:
  explicit VirtualAlarm(Machine& machine) : machine_(machine) {}

  void set(Nanos delay, std::function<void()> ring) override {
    machine_.after(std::max(delay, kLatency),
                   [set = ++*sets_, weak = std::weak_ptr(sets_), ring = std::move(ring)] {
                     const auto sets = weak.lock();
                     if (sets && *sets == set) ring();
                   });
  }
  void cancel() override { ++*sets_; }

 private:
  // No timer rings at once. It also keeps a loop that rings itself from standing still in time.
  static constexpr Nanos kLatency = std::chrono::microseconds(50);

  Machine& machine_;
  std::shared_ptr<std::uint64_t> sets_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace holdfast::sim
