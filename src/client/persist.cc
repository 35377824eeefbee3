#include "client/persist.h"

namespace holdfast::client {

bool worth_repeating(const Error& error) {
  return error.code == HttpErrc::unreachable || error.code == HttpErrc::no_reply ||
         error.code == HttpErrc::timed_out;
}

Milliseconds pause_after(int attempt) {
  constexpr Milliseconds kFirst(50), kLongest(1000);
  return attempt > 5 ? kLongest : std::min(kFirst * (1 << (attempt - 1)), kLongest);
}

bool sleep_for(Milliseconds span, std::stop_token stop) {
  Alarm alarm;
  const std::stop_callback on_stop(stop, [&alarm] { alarm.ring(); });
  alarm.wait_until(boot_clock().now() + span);
  return !stop.stop_requested();
}

}  // namespace holdfast::client
