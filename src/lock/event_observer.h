#pragma once

#include "lock/event.h"
#include "lock/reply.h"
#include "lock/state.h"

namespace holdfast::lock {

// Sees every event just before it is folded into the state, live and when the journal is replayed: the last
// moment at which the state still says what the event takes away. The event will have the revision after the
// state's; the state's wall time is already that of the event's entry. Nothing that it sees may be told to
// anyone before the entry is durable.
class EventObserver {
 public:
  virtual ~EventObserver() = default;
  virtual void before(const State& state, const Event& event) = 0;
  // A command was refused, live: no event says so.
  virtual void refused(const Refused& /*refusal*/) {}
};

}  // namespace holdfast::lock
