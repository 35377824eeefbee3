#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "keeper/keeper.h"
#include "lock/command.h"

// Commands that are not decided yet, in the order in which a batch takes them: renewals and releases first,
// so that nothing is ended or granted before them (protocol.md 13), then the rest as they came.

namespace holdfast::keeper {

struct PendingCommand {
  CallId call;  // none: the keeper's own (a detach, an abandon)
  lock::Command command;
};

class Pending {
 public:
  // Each of the two classes has room for `limit`: acquires in any number leave renewals their room.
  explicit Pending(std::size_t limit) : limit_(limit) {}

  static bool is_urgent(const lock::Command& command);

  // False when there is no room.
  bool push(CallId call, lock::Command&& command);
  // The keeper's own commands always find room, and come before those of clients that are not urgent: a
  // client that comes back must meet the state that its leaving made.
  void push_own(lock::Command command);

  std::size_t size() const { return urgent_.size() + own_.size() + others_.size(); }
  bool empty() const { return size() == 0; }

  std::optional<PendingCommand> next_urgent() { return pop(urgent_); }
  std::optional<PendingCommand> next_other() { return own_.empty() ? pop(others_) : pop(own_); }
  // A client's command of either kind, for refusing them all.
  std::optional<PendingCommand> next_of_client() { return urgent_.empty() ? pop(others_) : pop(urgent_); }

 private:
  using Queue = std::deque<PendingCommand>;
  static std::optional<PendingCommand> pop(Queue& queue);

  std::size_t limit_;
  Queue urgent_;
  Queue own_;
  Queue others_;
};

}  // namespace holdfast::keeper
