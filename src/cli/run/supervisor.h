#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/run/child.h"
#include "cli/run/event.h"
#include "cli/run/loss_guard.h"
#include "cli/run/signal_source.h"
#include "cli/run/terminal.h"
#include "client/renewal.h"

namespace holdfast::cli {

// Watches over the command of `run` from its start until nothing of its process group is left.
//
// One thread, one poll: for signals, for news of the renewal (which has its own thread, so that no server can
// delay anything here), and for a timer on CLOCK_BOOTTIME. Whatever woke it, the loss guard is asked first:
// a command is never continued, or sent a signal, past its deadline.
//
// What the command leaves running in its group when it ends gets TERM, and KILL after the grace: nothing
// works under a lock that is about to be released. Who wants a process to live on starts it in a session of
// its own (setsid). With keep_running a loss ends nothing.
class Supervisor {
 public:
  struct Options {
    std::string what;  // the keys, for messages
    std::chrono::nanoseconds grace{0};
    std::chrono::nanoseconds margin{0};
    bool keep_running = false;
  };

  // All references outlive this object; `news` is raised by the renewal's `changed`.
  Supervisor(Options options, Child& child, const client::Renewal& renewal, Event& news,
             SignalSource& signals, const Terminal& terminal);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Blocks until the group is empty. Returns the command's exit code; lost() says whether it counts.
  int run();
  bool lost() const { return guard_.lost(); }

 private:
  void enforce();
  void tell_loss(const client::RenewalState& state, GuardAction action) const;
  void tell_news(const client::RenewalState& state);
  void collect();
  void end_leftovers();
  void on_signal(int number);
  void stop_and_continue();
  void sleep_until_something_happens();
  bool finished() const;

  Options options_;
  Child& child_;
  const client::Renewal& renewal_;
  Event& news_;
  SignalSource& signals_;
  const Terminal& terminal_;
  LossGuard guard_;
  int timer_;
  std::optional<int> exit_code_;                   // of the command, when it has ended
  std::optional<client::BootTime> leftovers_end_;  // when what it left behind gets KILL
  bool leftovers_killed_ = false;
  bool told_risk_ = false;
  std::vector<client::ReleaseWish> told_wishes_;
};

}  // namespace holdfast::cli
