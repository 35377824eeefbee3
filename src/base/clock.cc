#include "base/clock.h"

#include <ctime>

#include "base/assert.h"

namespace holdfast {
namespace {

std::chrono::nanoseconds read_clock(clockid_t id) {
  timespec time{};
  HOLDFAST_ASSERT(clock_gettime(id, &time) == 0);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

class SystemMonotonicClock final : public MonotonicClock {
 public:
  explicit SystemMonotonicClock(clockid_t id) : id_(id) {}
  std::chrono::nanoseconds now() const override { return read_clock(id_); }

 private:
  clockid_t id_;
};

class SystemWallClock final : public WallClock {
 public:
  std::chrono::milliseconds now() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(read_clock(CLOCK_REALTIME));
  }
};

}  // namespace

const MonotonicClock& raw_clock() {
  static const SystemMonotonicClock clock(CLOCK_MONOTONIC_RAW);
  return clock;
}

const MonotonicClock& boot_clock() {
  static const SystemMonotonicClock clock(CLOCK_BOOTTIME);
  return clock;
}

const WallClock& system_wall_clock() {
  static const SystemWallClock clock;
  return clock;
}

}  // namespace holdfast
