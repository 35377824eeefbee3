#pragma once

#include <string_view>

#include "lock/state.h"

// The one rule that decides every grant (design.md section 2): a request is compatible with the present
// holders iff there are none, or all of them and it are shared, of the same group, and the permits fit.

namespace holdfast::lock {

// What is asked of one key, without the key.
struct Shape {
  Mode mode = Mode::exclusive;
  std::string_view group;
  std::uint32_t permits = 1;
};

// Whether `shape` is compatible with the holders of `lock` other than `own`, the asking lease's own hold.
bool compatible(const State& state, const Lock& lock, const Shape& shape, Ref<Hold> own);

// Whether the change of a hold to `shape` excludes nobody whom the hold did not exclude before, so that it
// needs not wait.
bool weakens(const Hold& hold, const Shape& shape);

// Whether `shape` is exactly what the hold is.
bool same_shape(const Hold& hold, const Shape& shape);

// Whether the waiter can be granted now: attached, not overdue, at the head of each of its queues, compatible
// there, and no key closed.
bool grantable(const State& state, Ref<Waiter> waiter, JournalTime now);

// Whether nothing at the key of one of the waiter's places stands in its way.
bool fits(const State& state, const Waiter& waiter, Ref<Place> place);

// Whether a hold that the waiter converts or relies on is gone, or is not as asked any more (protocol.md 24).
bool lost_its_ground(const State& state, Ref<Waiter> waiter);

}  // namespace holdfast::lock
