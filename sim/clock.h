#pragma once

#include "base/clock.h"
#include "schedule.h"

namespace holdfast::sim {

// A machine's monotonic clock: it began somewhere, and runs too fast or too slow by the same rate for the
// whole run.
class MachineClock final : public MonotonicClock {
 public:
  MachineClock(const Schedule& schedule, Nanos offset, std::int64_t rate_ppm)
      : schedule_(schedule), offset_(offset), rate_ppm_(rate_ppm) {}

  Nanos now() const override { return at(schedule_.now()); }
  Nanos at(Nanos true_time) const {
    return offset_ + true_time + Nanos(true_time.count() / kMillion * rate_ppm_) +
           Nanos(true_time.count() % kMillion * rate_ppm_ / kMillion);
  }
  // When the clock will show at least `local`.
  Nanos true_time(Nanos local) const {
    const std::int64_t passed = (local - offset_).count();
    const std::int64_t rate = kMillion + rate_ppm_;
    Nanos found(passed / rate * kMillion + passed % rate * kMillion / rate - 2);
    while (at(found) < local) found += Nanos(1);
    return found;
  }

 private:
  static constexpr std::int64_t kMillion = 1'000'000;

  const Schedule& schedule_;
  Nanos offset_;
  std::int64_t rate_ppm_;
};

// The date, which jumps; nothing may depend on it.
class JumpingWallClock final : public WallClock {
 public:
  explicit JumpingWallClock(const Schedule& schedule) : schedule_(schedule) {}

  std::chrono::milliseconds now() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(schedule_.now()) + offset_;
  }
  void jump(std::chrono::milliseconds by) { offset_ += by; }

 private:
  const Schedule& schedule_;
  std::chrono::milliseconds offset_{1'800'000'000'000};
};

}  // namespace holdfast::sim
