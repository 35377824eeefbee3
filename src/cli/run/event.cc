#include "cli/run/event.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"

namespace holdfast::cli {

Event::Event() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  HOLDFAST_ASSERT(fd_ >= 0);
}

Event::~Event() {
  ::close(fd_);
}

void Event::raise() {
  HOLDFAST_ASSERT(::eventfd_write(fd_, 1) == 0);
}

bool Event::take() {
  eventfd_t count = 0;
  return ::eventfd_read(fd_, &count) == 0;
}

}  // namespace holdfast::cli
