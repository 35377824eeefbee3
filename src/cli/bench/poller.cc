#include "cli/bench/poller.h"

#include <algorithm>
#include <array>
#include <sys/epoll.h>

namespace holdfast::cli::bench {

Result<Poller> Poller::open() {
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (epoll.get() < 0) return errno_error("epoll", errno);
  return Poller(std::move(epoll));
}

Result<void> Poller::add(Pollable& pollable) const {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &pollable;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, pollable.fd(), &event) != 0)
    return errno_error("epoll", errno);
  return {};
}

void Poller::wait(std::int64_t nanoseconds) const {
  std::array<epoll_event, 256> events{};
  const std::int64_t left = std::max<std::int64_t>(nanoseconds, 0);
  const timespec timeout{.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
  const int count =
      ::epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const bool ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    static_cast<Pollable*>(event.data.ptr)->ready(ended);
  }
}

}  // namespace holdfast::cli::bench
