#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/assert.h"
#include "lock/types.h"

namespace holdfast::lock {

enum class TimerKind : std::uint8_t { lease, waiter, closed_key, hold_cap, quiet };

// What a timer is of: a record's Ref number and its kind.
struct TimerTarget {
  TimerKind kind = TimerKind::lease;
  std::uint32_t number = 0;
  friend constexpr auto operator<=>(TimerTarget, TimerTarget) = default;
};

// Every deadline of the state, the earliest first: a binary heap whose entries know where their records are,
// so that moving or removing one costs O(log n) and an ended lease leaves nothing behind. `Position` gives
// the place in a record where the heap keeps the entry's position: `uint32_t& operator()(TimerTarget)`, 0
// when it has none.
template <class Position>
class Timers {
 public:
  struct Entry {
    JournalTime deadline;
    TimerTarget target;
    friend constexpr auto operator<=>(const Entry&, const Entry&) = default;
  };

  explicit Timers(Position position) : position_(position) {}

  bool empty() const { return heap_.empty(); }
  JournalTime earliest() const { return heap_.empty() ? kNever : heap_.front().deadline; }
  TimerTarget earliest_target() const { return heap_.front().target; }

  // In heap order.
  const std::vector<Entry>& entries() const { return heap_; }

  // kNever removes the timer.
  void set(TimerTarget target, JournalTime deadline) {
    const std::uint32_t at = position_(target);
    if (deadline == kNever) {
      if (at != 0) remove(at - 1);
    } else if (at == 0) {
      heap_.push_back({deadline, target});
      position_(target) = static_cast<std::uint32_t>(heap_.size());
      sift_up(heap_.size() - 1);
    } else {
      heap_[at - 1].deadline = deadline;
      sift_down(sift_up(at - 1));
    }
  }

 private:
  void place(std::size_t at, const Entry& entry) {
    heap_[at] = entry;
    position_(entry.target) = static_cast<std::uint32_t>(at + 1);
  }

  std::size_t sift_up(std::size_t at) {
    const Entry entry = heap_[at];
    for (; at > 0 && entry < heap_[(at - 1) / 2]; at = (at - 1) / 2) place(at, heap_[(at - 1) / 2]);
    place(at, entry);
    return at;
  }

  void sift_down(std::size_t at) {
    const Entry entry = heap_[at];
    for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
      if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
      if (entry < heap_[child]) break;
      place(at, heap_[child]);
      at = child;
    }
    place(at, entry);
  }

  void remove(std::size_t at) {
    position_(heap_[at].target) = 0;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (at == heap_.size()) return;
    place(at, last);
    sift_down(sift_up(at));
  }

  Position position_;
  std::vector<Entry> heap_;
};

}  // namespace holdfast::lock
