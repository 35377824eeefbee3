#include "server.h"

#include <utility>

#include "lock/info.h"

namespace holdfast::sim {

Server::Server(const Parts& parts, const ServerOptions& options, Hooks hooks)
    : Machine(parts.schedule, parts.clock_offset, parts.clock_rate_ppm),
      store_(parts.store),
      random_(parts.random),
      options_(options),
      hooks_(std::move(hooks)) {}

Server::~Server() = default;

Result<void> Server::start() {
  process_starts();
  Process::Parts parts{*this, store_, disk_, random_.fork(), options_, hooks_.fatal};
  const bool alone = options_.takeover_after == std::chrono::milliseconds(0);
  process_ = alone ? make_lone_process(std::move(parts)) : make_member_process(std::move(parts));
  if (auto started = process_->start(); !started) {
    crash();
    return started;
  }
  settle();
  return {};
}

void Server::crash() {
  process_dies();
  process_.reset();
}

keeper::CallId Server::submit(lock::Command&& command, keeper::Call& call) {
  return process_->submit(std::move(command), call);
}

void Server::leave(keeper::CallId id) {
  process_->leave(id);
}

// What the state shows now is told once it is known to be durable, and that no other server led by then.
void Server::read(const std::string& key, Shown shown) {
  const lock::State& state = process_->state();
  KeyView view{state.revision(), {}};
  if (const auto lock = state.find_lock(key)) {
    view.holders = lock::holders_of(state, state.locks()[lock], lock::kMaxShownHolders, state.time());
  }
  process_->confirm(
      [shown = std::move(shown), view = std::move(view)](bool leads) { shown(leads ? &view : nullptr); });
}

void Server::settle() {
  process_->poll();
  if (runs() && !process_->claims()) hooks_.looked_at(process_->state());
}

}  // namespace holdfast::sim
