#include "keeper/entry_clock.h"

#include <algorithm>

#include "base/assert.h"

namespace holdfast::keeper {

void EntryClock::start(lock::JournalTime last) {
  last_ = last;
  anchor_ = entry_raw_ = raw_.now();
}

EntryClock::Sample EntryClock::sample() const {
  const std::chrono::nanoseconds raw = raw_.now();
  const auto elapsed = std::chrono::duration_cast<lock::Millis>(raw - anchor_);
  return {last_ + std::clamp(elapsed, lock::Millis{0}, kMaxAdvance), raw};
}

void EntryClock::closed(const Sample& sample) {
  HOLDFAST_ASSERT(sample.time >= last_);
  const bool capped = sample.time - last_ >= kMaxAdvance;
  if (capped) lost_ += sample.raw - anchor_ - kMaxAdvance;
  anchor_ = capped ? sample.raw : anchor_ + (sample.time - last_);
  last_ = sample.time;
  entry_raw_ = sample.raw;
}

std::chrono::nanoseconds EntryClock::until(lock::JournalTime time) const {
  if (time <= last_) return std::chrono::nanoseconds{0};
  // A far deadline must not overflow nanoseconds; nobody sleeps longer than a tick anyway.
  const auto distance = std::min<lock::Millis>(time - last_, std::chrono::hours(24));
  return std::max(anchor_ + std::chrono::nanoseconds(distance) - raw_.now(), std::chrono::nanoseconds{0});
}

}  // namespace holdfast::keeper
