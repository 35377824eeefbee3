#include "cli/run/supervisor.h"

#include <algorithm>
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/clock.h"
#include "cli/describe.h"
#include "cli/duration.h"
#include "cli/output.h"

namespace holdfast::cli {
namespace {

using client::BootTime;
using client::Milliseconds;
using client::Standing;

std::string left_of(const client::Deadline& deadline) {
  const auto left = deadline.left(boot_clock().now());
  return left ? format_duration(std::chrono::floor<Milliseconds>(*left)) : "no time limit";
}

}  // namespace

Supervisor::Supervisor(Options options, Child& child, const client::Renewal& renewal, Event& news,
                       SignalSource& signals, const Terminal& terminal)
    : options_(std::move(options)),
      child_(child),
      renewal_(renewal),
      news_(news),
      signals_(signals),
      terminal_(terminal),
      guard_(options_.grace, options_.margin),
      timer_(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)) {
  HOLDFAST_ASSERT(timer_ >= 0);
}

Supervisor::~Supervisor() {
  terminal_.take_back();
  ::close(timer_);
}

int Supervisor::run() {
  for (;;) {
    enforce();
    collect();
    if (finished()) return *exit_code_;
    sleep_until_something_happens();
    enforce();
    if (news_.take()) tell_news(renewal_.state());
    while (const auto number = signals_.next()) on_signal(*number);
  }
}

bool Supervisor::finished() const {
  if (!exit_code_) return false;
  return child_.group_is_empty() || (options_.keep_running && guard_.lost());
}

void Supervisor::enforce() {
  const auto state = renewal_.state();
  const GuardAction action =
      guard_.step(boot_clock().now(), state.deadline, state.standing == Standing::lost);
  if (action == GuardAction::none) return;
  tell_loss(state, action);
  if (options_.keep_running) return;
  child_.signal(action == GuardAction::kill ? SIGKILL : SIGTERM);
  // A stopped process would take TERM only when somebody continues it.
  if (action == GuardAction::terminate) child_.signal(SIGCONT);
}

void Supervisor::tell_loss(const client::RenewalState& state, GuardAction action) const {
  if (options_.keep_running) {
    if (action == GuardAction::terminate || options_.grace.count() == 0) {
      complain(fmt::format("lost {}: {}; the command goes on without it (--keep-running)", options_.what,
                           state.trouble));
    }
    return;
  }
  if (action == GuardAction::kill) return complain("killing what is left of the command");
  const std::string why = state.trouble.empty() ? "not renewed in time" : state.trouble;
  const auto kill_at = guard_.next(state.deadline).value_or(boot_clock().now());
  const auto left = std::chrono::floor<Milliseconds>(kill_at - boot_clock().now());
  complain(fmt::format("lost {}: {}; ending the command (TERM now, KILL in {})", options_.what, why,
                       format_duration(left)));
}

void Supervisor::tell_news(const client::RenewalState& state) {
  const bool risk = state.standing == Standing::at_risk;
  if (risk && !told_risk_) {
    complain(fmt::format("{} is at risk, its renewal is overdue: {}; it ends in {}", options_.what,
                         state.trouble, left_of(state.deadline)));
  }
  if (!risk && told_risk_ && state.standing == Standing::held) complain(options_.what + " is renewed again");
  told_risk_ = risk;
  for (const auto& wish : state.release_requested) {
    if (std::ranges::find(told_wishes_, wish) != told_wishes_.end()) continue;
    complain(describe_wish(wish));
  }
  told_wishes_ = state.release_requested;
}

void Supervisor::collect() {
  bool stopped = false;
  const bool was_running = !exit_code_;
  exit_code_ = child_.reap(stopped);
  if (stopped && !exit_code_ && terminal_.is_ours()) stop_and_continue();
  if (exit_code_ && was_running) terminal_.take_back();
  if (exit_code_) end_leftovers();
}

void Supervisor::end_leftovers() {
  if (child_.group_is_empty() || (options_.keep_running && guard_.lost())) return;
  const BootTime now = boot_clock().now();
  if (!leftovers_end_) {
    leftovers_end_ = now + options_.grace;
    child_.signal(SIGTERM);
    child_.signal(SIGCONT);
  }
  if (now >= *leftovers_end_ && !leftovers_killed_) {
    leftovers_killed_ = true;
    child_.signal(SIGKILL);
  }
}

void Supervisor::on_signal(int number) {
  if (SignalSource::is_forwarded(number)) {
    if (!child_.group_is_empty()) child_.signal(number);
  } else if (number == SIGTSTP) {
    child_.signal(SIGTSTP);
    stop_and_continue();
  } else if (number == SIGCONT) {
    enforce();
    child_.signal(SIGCONT);
  }
}

void Supervisor::stop_and_continue() {
  terminal_.take_back();
  const auto state = renewal_.state();
  complain(fmt::format("stopped; {} is not renewed meanwhile and ends in {}", options_.what,
                       left_of(state.deadline)));
  signals_.stop_self();
  enforce();  // first: the deadline may have passed meanwhile
  terminal_.give_to(child_.group());
  child_.signal(SIGCONT);
}

void Supervisor::sleep_until_something_happens() {
  auto wake = guard_.next(renewal_.state().deadline);
  if (leftovers_end_ && !leftovers_killed_) wake = std::min(wake.value_or(*leftovers_end_), *leftovers_end_);
  itimerspec spec{};
  if (wake) {
    const auto at = std::max(*wake, BootTime(1));  // zero would disarm it
    spec.it_value.tv_sec = at / std::chrono::seconds(1);
    spec.it_value.tv_nsec = (at % std::chrono::seconds(1)).count();
  }
  HOLDFAST_ASSERT(::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &spec, nullptr) == 0);
  pollfd fds[] = {{timer_, POLLIN, 0}, {news_.fd(), POLLIN, 0}, {signals_.fd(), POLLIN, 0}};
  ::poll(fds, 3, -1);
}

}  // namespace holdfast::cli
