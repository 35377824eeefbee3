#include "keeper/pending.h"

#include <utility>
#include <variant>

namespace holdfast::keeper {

bool Pending::is_urgent(const lock::Command& command) {
  return std::holds_alternative<lock::Renew>(command) || std::holds_alternative<lock::Release>(command);
}

bool Pending::push(CallId call, lock::Command&& command) {
  Queue& queue = is_urgent(command) ? urgent_ : others_;
  if (queue.size() >= limit_) return false;
  queue.push_back({call, std::move(command)});
  return true;
}

void Pending::push_own(lock::Command command) {
  own_.push_back({CallId{}, std::move(command)});
}

std::optional<PendingCommand> Pending::pop(Queue& queue) {
  if (queue.empty()) return std::nullopt;
  std::optional<PendingCommand> front(std::move(queue.front()));
  queue.pop_front();
  return front;
}

}  // namespace holdfast::keeper
