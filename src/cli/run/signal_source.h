#pragma once

#include <csignal>
#include <optional>

namespace holdfast::cli {

// The signals that matter while a lock is waited for or held, as something to poll. Made before any other
// thread exists, so that every thread has them blocked. Signals that were ignored when the program started
// (nohup, background jobs of a script) stay ignored, here and in a child.
class SignalSource {
 public:
  SignalSource();
  ~SignalSource();  // restores the mask
  SignalSource(const SignalSource&) = delete;
  SignalSource& operator=(const SignalSource&) = delete;

  int fd() const { return fd_; }

  // The next signal that has arrived, without blocking.
  std::optional<int> next();

  // Whether it asks the program itself to end or do something (INT, TERM, HUP, QUIT, USR1, USR2).
  static bool is_forwarded(int signal);

  // Stops this process as Ctrl-Z does and returns when it is continued; at once where nobody could continue
  // it (no job control).
  void stop_self();

  // The mask that a child is to have. Async-signal-safe.
  const sigset_t& original_mask() const { return original_; }

 private:
  sigset_t watched_;
  sigset_t original_;
  int fd_;
};

}  // namespace holdfast::cli
