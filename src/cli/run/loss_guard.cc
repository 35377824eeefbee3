#include "cli/run/loss_guard.h"

#include <algorithm>

namespace holdfast::cli {

using client::BootTime;
using client::Deadline;

GuardAction LossGuard::step(BootTime now, const Deadline& deadline, bool ended_by_server) {
  const auto at = deadline.at();
  const bool first = !kill_at_;
  if (first && ended_by_server) {
    kill_at_ = now + grace_;
    if (at) kill_at_ = std::min(*kill_at_, kill_time(*at));
  } else if (first && at && now >= kill_time(*at) - grace_) {
    kill_at_ = kill_time(*at);
  }
  if (!kill_at_ || killed_) return GuardAction::none;
  if (now >= *kill_at_) {
    killed_ = true;
    return GuardAction::kill;
  }
  return first ? GuardAction::terminate : GuardAction::none;
}

std::optional<BootTime> LossGuard::next(const Deadline& deadline) const {
  if (killed_) return std::nullopt;
  if (kill_at_) return kill_at_;
  if (!deadline.at()) return std::nullopt;
  return kill_time(*deadline.at()) - grace_;
}

}  // namespace holdfast::cli
