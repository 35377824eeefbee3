#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

// Preloaded into a server by the chaos rig: its wall clock is off by as many seconds as the file
// HOLDFAST_WALL_CLOCK says, 8 bytes that may change at any time. No other clock moves. libfaketime 0.9.10 is
// no help here: told to leave the monotonic clock alone, it still shifts the absolute times of
// timerfd_settime, so that Asio's timers ring a day late.

namespace {

const volatile std::int64_t* map_offset() {
  static constexpr std::int64_t kNone = 0;
  const char* const path = std::getenv("HOLDFAST_WALL_CLOCK");
  if (path == nullptr) return &kNone;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) std::abort();
  void* const page = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
  if (page == MAP_FAILED) std::abort();
  ::close(fd);
  return static_cast<const volatile std::int64_t*>(page);
}

std::int64_t offset_seconds() {
  static const volatile std::int64_t* const offset = map_offset();
  return *offset;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (const long error = ::syscall(SYS_clock_gettime, clock, now); error != 0) return static_cast<int>(error);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += offset_seconds();
  return 0;
}

int gettimeofday(timeval* now, void* zone) noexcept {
  if (const long error = ::syscall(SYS_gettimeofday, now, zone); error != 0) return static_cast<int>(error);
  now->tv_sec += offset_seconds();
  return 0;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
