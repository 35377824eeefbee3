#include "client/alarm.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/assert.h"

namespace holdfast::client {

Alarm::Alarm()
    : timer_(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)),
      bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  HOLDFAST_ASSERT(timer_ >= 0 && bell_ >= 0);
}

Alarm::~Alarm() {
  ::close(timer_);
  ::close(bell_);
}

void Alarm::ring() {
  HOLDFAST_ASSERT(::eventfd_write(bell_, 1) == 0);
}

bool Alarm::wait_until(std::optional<BootTime> time) {
  itimerspec spec{};
  if (time) {
    const auto at = std::max(*time, BootTime(1));  // zero would disarm it
    spec.it_value.tv_sec = at / std::chrono::seconds(1);
    spec.it_value.tv_nsec = (at % std::chrono::seconds(1)).count();
  }
  HOLDFAST_ASSERT(::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &spec, nullptr) == 0);
  pollfd fds[] = {{bell_, POLLIN, 0}, {timer_, POLLIN, 0}};
  while (::poll(fds, 2, -1) < 0) HOLDFAST_ASSERT(errno == EINTR);
  eventfd_t rings = 0;
  return ::eventfd_read(bell_, &rings) == 0;
}

}  // namespace holdfast::client
