#include "keeper/alarm.h"

#include <utility>

namespace holdfast::keeper {

void SteadyAlarm::set(std::chrono::nanoseconds delay, std::function<void()> ring) {
  timer_.expires_after(delay);
  timer_.async_wait([ring = std::move(ring)](const boost::system::error_code& error) {
    if (!error) ring();
  });
}

}  // namespace holdfast::keeper
