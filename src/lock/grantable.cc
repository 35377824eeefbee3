#include "lock/grantable.h"

#include <algorithm>

namespace holdfast::lock {
namespace {

Ref<Hold> first_other(const State& state, const Lock& lock, Ref<Hold> own) {
  const Ref<Hold> first = lock.holders.front();
  return first && first == own ? lock.holders.next(state.holds(), first) : first;
}

Shape shape_of(const Place& place) {
  return {place.mode, place.group.view(), place.permits};
}

}  // namespace

bool compatible(const State& state, const Lock& lock, const Shape& shape, Ref<Hold> own) {
  const Ref<Hold> other = first_other(state, lock, own);
  if (other) {
    // All holders are alike, so one speaks for all.
    const Hold& holder = state.holds()[other];
    if (shape.mode == Mode::exclusive || holder.mode == Mode::exclusive) return false;
    if (holder.group.view() != shape.group) return false;
  }
  if (shape.mode == Mode::exclusive || lock.limit == 0) return true;
  const bool own_shared = own && state.holds()[own].mode == Mode::shared;
  const std::uint64_t others = lock.permits_used - (own_shared ? state.holds()[own].permits : 0);
  return others + shape.permits <= lock.limit;
}

bool weakens(const Hold& hold, const Shape& shape) {
  if (shape.mode == Mode::exclusive) return false;
  if (hold.mode == Mode::exclusive) return true;
  return hold.group.view() == shape.group && shape.permits <= hold.permits;
}

bool same_shape(const Hold& hold, const Shape& shape) {
  if (hold.mode != shape.mode) return false;
  return shape.mode == Mode::exclusive || (hold.group.view() == shape.group && hold.permits == shape.permits);
}

bool grantable(const State& state, Ref<Waiter> ref, JournalTime now) {
  const Waiter& waiter = state.waiters()[ref];
  if (!waiter.attached() || waiter.deadline <= now || state.quiet()) return false;
  return std::ranges::all_of(waiter.places, [&](Ref<Place> at) { return fits(state, waiter, at); });
}

bool fits(const State& state, const Waiter& waiter, Ref<Place> at) {
  const Place& place = state.places()[at];
  if (place.relies) return true;
  const Lock& lock = state.locks()[place.lock];
  if (lock.queue.front() != at || lock.closed()) return false;
  const Ref<Hold> own = state.find_hold(waiter.lease, place.lock);
  // Two acquires under one lease are two users of it: the second waits until the first has released.
  if (own && !place.converts) return false;
  return compatible(state, lock, shape_of(place), own);
}

bool lost_its_ground(const State& state, Ref<Waiter> ref) {
  const Waiter& waiter = state.waiters()[ref];
  return std::ranges::any_of(waiter.places, [&](Ref<Place> at) {
    const Place& place = state.places()[at];
    if (!place.converts && !place.relies) return false;
    const Ref<Hold> own = state.find_hold(waiter.lease, place.lock);
    return !own || (place.relies && !same_shape(state.holds()[own], shape_of(place)));
  });
}

}  // namespace holdfast::lock
