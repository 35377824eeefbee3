#pragma once

#include <string>
#include <vector>

#include "lock/state.h"

namespace holdfast::lock {

// What a lease is about to wait for: one key's holders, and the waiters that stand in its queue before it.
struct Wanted {
  Ref<Lock> lock;
  bool converts = false;  // only conversions stand before it
};

// The cycle that `asker` would close by waiting for `wanted`, as "who waits for key" steps; empty when there
// is none. A waiting lease depends on every holder and on every waiter ahead of it in each of its queues
// (protocol.md 22). Looks at kMaxDeadlockNodes leases and waiters at most and finds no cycle beyond.
std::vector<std::string> deadlock_cycle(const State& state, Ref<Lease> asker,
                                        const std::vector<Wanted>& wanted);

}  // namespace holdfast::lock
