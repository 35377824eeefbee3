#include "client/deadline.h"

#include <algorithm>

namespace holdfast::client {
namespace {

// r of protocol.md 12: how far the rates of two clocks may differ.
constexpr int kRateToleranceDivisor = 1000;

// span·(1−r), rounded down. The subtrahend is rounded up by one nanosecond.
std::chrono::nanoseconds shortened(std::chrono::nanoseconds span) {
  return span - (span / kRateToleranceDivisor + std::chrono::nanoseconds(1));
}

}  // namespace

Deadline Deadline::of_grant(BootTime sent, Milliseconds waited, std::optional<Milliseconds> expires_in) {
  if (!expires_in) return Deadline();
  return Deadline(sent + shortened(waited + *expires_in));
}

Deadline Deadline::of_renewal(BootTime sent, std::optional<Milliseconds> expires_in) {
  return of_grant(sent, Milliseconds(0), expires_in);
}

std::optional<std::chrono::nanoseconds> Deadline::left(BootTime now) const {
  if (!at_) return std::nullopt;
  return std::max(*at_ - now, std::chrono::nanoseconds(0));
}

}  // namespace holdfast::client
