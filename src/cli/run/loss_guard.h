#pragma once

#include <chrono>
#include <optional>

#include "client/deadline.h"

namespace holdfast::cli {

enum class GuardAction { none, terminate, kill };

// Decides when a command has to go because its lock is lost or about to be: TERM `grace` before the kill, and
// KILL just before the deadline, so that nothing of it lives when the server may grant to another. A lock
// that the server has already ended leaves at most the grace, and not even that beyond the deadline.
// A decision is final: once TERM was sent, a late renewal does not make the command whole again.
//
// Pure: time comes in, actions go out.
class LossGuard {
 public:
  // `margin` is how long before the deadline KILL is sent: what the kernel may take to carry it out.
  LossGuard(std::chrono::nanoseconds grace, std::chrono::nanoseconds margin)
      : grace_(grace), margin_(margin) {}

  // What to do now. Each of terminate and kill is returned once.
  GuardAction step(client::BootTime now, const client::Deadline& deadline, bool ended_by_server);

  // When to call step() again at the latest, given the same deadline; nothing when never.
  std::optional<client::BootTime> next(const client::Deadline& deadline) const;

  bool lost() const { return kill_at_.has_value(); }

 private:
  client::BootTime kill_time(client::BootTime deadline) const { return deadline - margin_; }

  std::chrono::nanoseconds grace_;
  std::chrono::nanoseconds margin_;
  std::optional<client::BootTime> kill_at_;  // set when lost
  bool killed_ = false;
};

}  // namespace holdfast::cli
