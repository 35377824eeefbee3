#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <boost/container/deque.hpp>
#include <boost/container/options.hpp>

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
  // The keeper's own commands always find room. A detach takes its turn: a retry that came before the client
  // was seen to leave has come to the waiter by then.
  void push_detach(lock::Detach command) { others_.push_back({CallId{}, command}); }
  // An abandon goes first: who comes after it must not be told of a grant that is about to go.
  void push_abandon(lock::Abandon command) { abandons_.push_back({CallId{}, std::move(command)}); }

  std::size_t size() const { return urgent_.size() + abandons_.size() + others_.size(); }
  bool empty() const { return size() == 0; }

  // Gives `execute` the next command, which is gone then. False when there is none.
  template <class Execute>
  bool take_urgent(Execute execute) {
    return take(urgent_, execute);
  }
  template <class Execute>
  bool take_other(Execute execute) {
    return take(abandons_.empty() ? others_ : abandons_, execute);
  }
  // Takes the clients' commands of both classes, to refuse them; the keeper's own stay.
  std::vector<PendingCommand> take_of_clients();

 private:
  // The standard one has room for a single command in each of its blocks.
  using Blocks = boost::container::deque_options_t<boost::container::block_size<64>>;
  using Queue = boost::container::deque<PendingCommand, void, Blocks>;

  // Where it stands: moving a command costs more than queueing it. `execute` pushes nothing.
  template <class Execute>
  static bool take(Queue& queue, Execute& execute) {
    if (queue.empty()) return false;
    execute(queue.front());
    queue.pop_front();
    return true;
  }

  std::size_t limit_;
  Queue urgent_;
  Queue abandons_;
  Queue others_;
};

}  // namespace holdfast::keeper
