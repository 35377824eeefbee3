#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/histogram.h"
#include "keeper/keeper.h"
#include "lock/types.h"

// Who waits for an answer, and which of them for the end of a wait. A call is queued until its command is
// decided; then it is answered, or waits as a waiter (several calls may share one, when a client retried),
// and is answered when the waiter ends. A call that left is gone from here at once.

namespace holdfast::keeper {

class CallTable {
 public:
  using Nanos = std::chrono::nanoseconds;

  // A call that was taken out, with the time for which its command lay undecided.
  struct Taken {
    Call* call = nullptr;
    Nanos queued{};
  };

  // `queued_seconds` gets the time for which each command lay undecided, and must outlive the table. Ids go
  // on behind `last`.
  explicit CallTable(Histogram& queued_seconds, CallId last = {})
      : queued_seconds_(queued_seconds), last_id_(last.value) {}

  CallId last() const { return CallId{last_id_}; }

  CallId add(Call& call, Nanos now);
  // Its command is taken to be decided. False when it left.
  bool take_up(CallId id, Nanos now);
  bool knows(CallId id) const { return calls_.contains(id); }

  // The command of this call began to wait, or came to a waiter that was there.
  void attach(CallId id, lock::WaiterId waiter);
  bool attached(lock::WaiterId waiter) const { return waiters_.contains(waiter); }
  // The waiter exists no more: those who were attached, in the order in which they came.
  std::vector<CallId> finish(lock::WaiterId waiter);

  // Forgets the call. The waiter that has nobody now, if that is what it leaves behind.
  std::optional<lock::WaiterId> leave(CallId id);

  // The call, which is forgotten; null when it left.
  Taken take(CallId id);
  // Nobody is attached to any waiter any more.
  void end_waits();
  // Every call that is still unanswered, in the order in which they came.
  std::vector<CallId> all() const;

 private:
  struct Entry {
    Call* call;
    Nanos came{};
    Nanos queued{};
    lock::WaiterId waiter;  // none: not decided, or its answer is on the way
  };

  Histogram& queued_seconds_;
  std::uint64_t last_id_;
  boost::unordered_flat_map<CallId, Entry, std::hash<CallId>> calls_;
  std::unordered_map<lock::WaiterId, std::vector<CallId>> waiters_;
};

}  // namespace holdfast::keeper
