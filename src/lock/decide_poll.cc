#include <algorithm>
#include <optional>

#include "lock/decide.h"
#include "lock/grantable.h"
#include "lock/info.h"

// An acquire, of one key and without a lease, of somebody who polls. Its wait is detached as soon as it has
// begun, so it is never granted while nobody asks, but keeps its place. The attempt that finds it at the head
// of a free key attaches to it, and is granted by what settles queues after every command.

namespace holdfast::lock {
namespace {

// Ids whose wait is over can be used again a few times before they are forgotten.
constexpr int kMaxUses = 16;

// How long a place is kept. Who polls makes pauses that at most double, so the last one tells how long the
// next may be; a first attempt may be the only one, and should not keep others out for long.
Millis kept_for(Millis last_pause, Millis most) {
  return std::min(most, std::max(kShortestPollPlace, 4 * last_pause));
}

// Under which the wait of earlier attempts is known, or a new one can be.
std::optional<RequestTag> usable_tag(const State& state, RequestTag tag) {
  for (int use = 0; use < kMaxUses; ++use, ++tag.id[1]) {
    const Ref<Request> request = state.find_request(tag);
    if (!request || state.requests()[request].kind == Request::Kind::waiting) return tag;
  }
  return std::nullopt;
}

bool could_wait(const Decision& decision) {
  const auto* refused = decision.reply ? std::get_if<Refused>(&*decision.reply) : nullptr;
  return refused && (refused->code == Code::held || refused->code == Code::lock_delay);
}

// Whether it will be granted once `attach` has happened.
bool is_its_turn(const State& state, const Waiter& waiter, const Event& attach) {
  return std::get<WaiterAttached>(attach).wait != Millis(0) && !state.quiet() &&
         std::ranges::all_of(waiter.places, [&](Ref<Place> at) { return fits(state, waiter, at); });
}

// The wait is only kept; `refused` says so, and brings notes of the refusal.
Decision detached(Decision waiting, Millis kept, Decision refused) {
  waiting.events.push_back(WaiterDetached{waiting.waiter, kept});
  std::ranges::move(refused.events, std::back_inserter(waiting.events));
  return {std::move(waiting.events), std::move(refused.reply), {}};
}

}  // namespace

Decision decide_poll(const State& state, JournalTime now, const Acquire& command) {
  Acquire attempt = command;
  attempt.request = {};
  attempt.wait = Millis(0);
  Decision refused = decide_acquire(state, now, attempt);
  if (!could_wait(refused)) return refused;

  const std::optional<RequestTag> tag = usable_tag(state, command.request);
  if (!tag) return refused;
  attempt.request = *tag;
  attempt.wait = kNoDeadline;
  if (const Ref<Request> request = state.find_request(*tag)) {
    const Waiter& waiter = state.waiters()[state.requests()[request].waiter];
    Decision again = repeat_acquire(state, now, attempt, request);
    if (again.reply || is_its_turn(state, waiter, again.events.front())) return again;
    const Ref<Place> place = waiter.places.front();
    refused.reply = refuse_held(state, state.places()[place].lock, now, place);
    return detached(std::move(again), kept_for(now - waiter.attached_since, command.reattach),
                    std::move(refused));
  }
  const Ref<Lock> lock = state.find_lock(command.items.front().key);
  if (lock && state.locks()[lock].queue_length >= kMaxPollersPerKey) return refused;
  Decision waiting = decide_acquire(state, now, attempt);
  if (waiting.reply) return waiting;
  return detached(std::move(waiting), kept_for(Millis(0), command.reattach), std::move(refused));
}

}  // namespace holdfast::lock
