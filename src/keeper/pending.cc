#include "keeper/pending.h"

#include <utility>
#include <variant>

namespace holdfast::keeper {

bool Pending::is_urgent(const lock::Command& command) {
  return std::holds_alternative<lock::Renew>(command) || std::holds_alternative<lock::Release>(command) ||
         std::holds_alternative<lock::ReleaseEach>(command);
}

bool Pending::push(CallId call, lock::Command&& command) {
  Queue& queue = is_urgent(command) ? urgent_ : others_;
  if (queue.size() >= limit_) return false;
  queue.emplace_back(call, std::move(command));
  return true;
}

std::vector<PendingCommand> Pending::take_of_clients() {
  std::vector<PendingCommand> taken;
  Queue own;
  for (Queue* queue : {&urgent_, &others_}) {
    for (PendingCommand& pending : *queue) {
      if (pending.call) {
        taken.push_back(std::move(pending));
      } else {
        own.push_back(std::move(pending));
      }
    }
    queue->clear();
  }
  others_ = std::move(own);
  return taken;
}

}  // namespace holdfast::keeper
