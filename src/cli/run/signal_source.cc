#include "cli/run/signal_source.h"

#include <algorithm>
#include <iterator>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/assert.h"

namespace holdfast::cli {
namespace {

constexpr int kForwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

}  // namespace

SignalSource::SignalSource() {
  // A parent that ignores its children's ends would hide ours from us.
  std::signal(SIGCHLD, SIG_DFL);
  sigemptyset(&watched_);
  for (const int signal : kForwarded) sigaddset(&watched_, signal);
  for (const int signal : {SIGTSTP, SIGCONT, SIGCHLD}) sigaddset(&watched_, signal);
  sigset_t blocked = watched_;
  sigaddset(&blocked, SIGTTOU);  // so that the terminal can be taken back from the background
  HOLDFAST_ASSERT(::pthread_sigmask(SIG_BLOCK, &blocked, &original_) == 0);
  fd_ = ::signalfd(-1, &watched_, SFD_CLOEXEC | SFD_NONBLOCK);
  HOLDFAST_ASSERT(fd_ >= 0);
}

SignalSource::~SignalSource() {
  ::close(fd_);
  ::pthread_sigmask(SIG_SETMASK, &original_, nullptr);
}

std::optional<int> SignalSource::next() {
  signalfd_siginfo info{};
  if (::read(fd_, &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

bool SignalSource::is_forwarded(int signal) {
  return std::find(std::begin(kForwarded), std::end(kForwarded), signal) != std::end(kForwarded);
}

void SignalSource::stop_self() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  ::raise(SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);  // stops here
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

}  // namespace holdfast::cli
