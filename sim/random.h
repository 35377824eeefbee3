#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "base/assert.h"

namespace holdfast::sim {

// The numbers of a run (splitmix64). The distributions are our own: those of the standard library differ
// between libraries, and a seed means the same run everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }

  // Less than `bound`, which is not zero. Its bias is far below what a run could notice.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  // Both ends included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  std::chrono::nanoseconds between(std::chrono::nanoseconds low, std::chrono::nanoseconds high) {
    return std::chrono::nanoseconds(between(low.count(), high.count()));
  }
  // So many times in a million.
  bool chance(std::uint32_t ppm) { return below(1'000'000) < ppm; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  // From `low` to `high`, each order of magnitude as likely as another: most delays are short, a few are very
  // long.
  std::chrono::nanoseconds spread(std::chrono::nanoseconds low, std::chrono::nanoseconds high) {
    int doublings = 0;
    while (low * (std::int64_t{1} << (doublings + 1)) <= high) ++doublings;
    const std::chrono::nanoseconds from =
        low * (std::int64_t{1} << below(static_cast<std::uint64_t>(doublings) + 1));
    return between(from, std::max(from, std::min(2 * from, high)));
  }

  template <class T>
  const T& pick(std::span<const T> from) {
    HOLDFAST_ASSERT(!from.empty());
    return from[below(from.size())];
  }
  template <class T>
  T pick(std::initializer_list<T> from) {
    return pick(std::span<const T>(from.begin(), from.size()));
  }

  // Another stream, so that one part of a run draws without moving the numbers of the others.
  Random fork() { return Random(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace holdfast::sim
