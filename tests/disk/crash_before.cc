#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Preloaded into a server by crashpoints.py: counts each call that changes files or answers somebody, on all
// threads together, and kills the process as the N-th begins. Stepping in here is what strace could do, but
// strace counts for each thread, so that what a helper thread does can hide behind the main thread's count.
//
//   HOLDFAST_CRASH_BEFORE=N   dies before the N-th call
//   HOLDFAST_CRASH_WITHIN=N   dies halfway through it, where it is a write; before it, where it is another
//   HOLDFAST_CRASH_UNSYNCED=1 nothing is synced, and that is kept secret: what a power cut must show
//   HOLDFAST_CRASH_TRACE=FILE writes a line for each call: its name

namespace {

class Countdown {
 public:
  Countdown() {
    before_ = number("HOLDFAST_CRASH_BEFORE");
    within_ = number("HOLDFAST_CRASH_WITHIN");
    syncs_ = number("HOLDFAST_CRASH_UNSYNCED") == 0;
    const char* const path = std::getenv("HOLDFAST_CRASH_TRACE");
    if (path != nullptr)
      trace_ = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0600));
  }

  // Returns whether the caller is to do half of it and then die().
  bool step(const char* name) {
    const long count = 1 + calls_.fetch_add(1);
    if (trace_ >= 0) note(name);
    if (count == before_) die();
    return count == within_;
  }

  bool syncs() const { return syncs_; }

  [[noreturn]] static void die() {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }

 private:
  static long number(const char* variable) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? 0 : std::strtol(text, nullptr, 10);
  }

  void note(const char* name) const {
    char line[32];
    const std::size_t size = std::strlen(name);
    std::memcpy(line, name, size);
    line[size] = '\n';
    (void)!::syscall(SYS_write, trace_, line, size + 1);
  }

  std::atomic<long> calls_{0};
  long before_ = 0;
  long within_ = 0;
  bool syncs_ = true;
  int trace_ = -1;
};

// Made at the first call, which a constructor of another library may make.
Countdown& countdown() {
  static Countdown instance;
  return instance;
}

void step(const char* name) {
  if (countdown().step(name)) Countdown::die();
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pwrite(int fd, const void* data, std::size_t size, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, std::size_t, off_t)>("pwrite");
  if (countdown().step("pwrite")) {
    // Direct writes are of whole blocks.
    constexpr std::size_t kBlock = 4096;
    const std::size_t half = size >= 2 * kBlock   ? size / 2 / kBlock * kBlock
                             : size % kBlock == 0 ? 0
                                                  : size / 2;
    if (half > 0) (void)!real(fd, data, half, offset);
    Countdown::die();
  }
  return real(fd, data, size, offset);
}

int fsync(int fd) {
  static const auto real = next<int (*)(int)>("fsync");
  step("fsync");
  return countdown().syncs() ? real(fd) : 0;
}

int fdatasync(int fd) {
  static const auto real = next<int (*)(int)>("fdatasync");
  step("fdatasync");
  return countdown().syncs() ? real(fd) : 0;
}

int renameat(int from_fd, const char* from, int to_fd, const char* to) noexcept {
  static const auto real = next<int (*)(int, const char*, int, const char*)>("renameat");
  step("rename");
  return real(from_fd, from, to_fd, to);
}

int unlinkat(int fd, const char* name, int flags) noexcept {
  static const auto real = next<int (*)(int, const char*, int)>("unlinkat");
  step("unlink");
  return real(fd, name, flags);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = next<int (*)(const char*, mode_t)>("mkdir");
  step("mkdir");
  return real(path, mode);
}

int openat(int fd, const char* path, int flags, ...) {
  static const auto real = next<int (*)(int, const char*, int, ...)>("openat");
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if ((flags & O_CREAT) != 0) step("create");
  if (!countdown().syncs()) flags &= ~(O_DIRECT | O_DSYNC);
  return real(fd, path, flags, mode);
}

ssize_t send(int fd, const void* data, std::size_t size, int flags) {
  static const auto real = next<ssize_t (*)(int, const void*, std::size_t, int)>("send");
  step("send");
  return real(fd, data, size, flags);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static const auto real = next<ssize_t (*)(int, const msghdr*, int)>("sendmsg");
  step("send");
  return real(fd, message, flags);
}

}  // extern "C"
