#include "keeper/calls.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace holdfast::keeper {

CallId CallTable::add(Call& call, Nanos now) {
  const CallId id{++last_id_};
  calls_.emplace(id, Entry{.call = &call, .came = now, .queued = {}, .waiter = {}});
  return id;
}

bool CallTable::take_up(CallId id, Nanos now) {
  const auto call = calls_.find(id);
  if (call == calls_.end()) return false;
  call->second.queued = now - call->second.came;
  queued_seconds_.add(std::chrono::duration<double>(call->second.queued).count());
  return true;
}

void CallTable::attach(CallId id, lock::WaiterId waiter) {
  const auto call = calls_.find(id);
  HOLDFAST_ASSERT(call != calls_.end() && !call->second.waiter);
  call->second.waiter = waiter;
  waiters_[waiter].push_back(id);
}

std::vector<CallId> CallTable::finish(lock::WaiterId waiter) {
  const auto found = waiters_.find(waiter);
  if (found == waiters_.end()) return {};
  std::vector<CallId> attached = std::move(found->second);
  waiters_.erase(found);
  for (const CallId id : attached) calls_.at(id).waiter = {};
  return attached;
}

std::optional<lock::WaiterId> CallTable::leave(CallId id) {
  const auto call = calls_.find(id);
  if (call == calls_.end()) return std::nullopt;
  const lock::WaiterId waiter = call->second.waiter;
  calls_.erase(call);
  if (!waiter) return std::nullopt;
  std::vector<CallId>& attached = waiters_.at(waiter);
  std::erase(attached, id);
  if (!attached.empty()) return std::nullopt;
  waiters_.erase(waiter);
  return waiter;
}

CallTable::Taken CallTable::take(CallId id) {
  const auto call = calls_.find(id);
  if (call == calls_.end()) return {};
  HOLDFAST_ASSERT(!call->second.waiter);
  const Taken taken{call->second.call, call->second.queued};
  calls_.erase(call);
  return taken;
}

void CallTable::end_waits() {
  waiters_.clear();
  for (auto& [id, entry] : calls_) entry.waiter = {};
}

std::vector<CallId> CallTable::all() const {
  std::vector<CallId> ids;
  ids.reserve(calls_.size());
  for (const auto& [id, entry] : calls_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace holdfast::keeper
