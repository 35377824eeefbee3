#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "journal/journal.h"
#include "keeper/event_hub.h"
#include "keeper/position.h"
#include "lock/state.h"

// A state that is kept up with a journal to which others append. Reading is done where the journal is called,
// and replaying on the keeper's thread, a bounded number of entries at a time.
//
// What is learnt by reading may still be lost by an engine (protocol.md 4), so events are told to those who
// follow them only when the entry behind theirs has been read (protocol.md 10), and every entry's chain is
// computed anew: a journal that is not a continuation of what was seen is noticed.

namespace holdfast::keeper {

class Follower {
 public:
  // What one look at the journal brought.
  struct Look {
    journal::Head head;                     // of the journal
    std::unique_ptr<lock::State> snapshot;  // if the entries wanted were gone, or none was known
    journal::Head snapshot_head;
    journal::SnapshotInfo newest;  // snapshot of the journal; of entry 0 when there is none
    std::vector<Bytes> entries;    // that follow what was known, or the snapshot
  };

  explicit Follower(EventHub& events) : events_(events) { forget(); }

  // Reads what comes after `known`. Where the journal is called; blocks. Errc::unavailable of the journal:
  // look again; every other error is final, Errc::unfinished among them.
  static Result<Look> look(journal::Journal& journal, const journal::Head& known,
                           const MonotonicClock& clock);

  // Replays it. Errc::rewound of the journal: it is not what it was. Errc::other_cell, unknown_feature or
  // those of a decoder: this server cannot follow it.
  Result<void> take(Look look);

  // The state is the one after this entry, which is durable: somebody else has brought it there.
  void advance(const journal::Head& head) { head_ = head; }

  // Drops the state, which has gone another way than the journal, or may have.
  void forget();

  // The journal must have come by here.
  void expect(const Position& position) { expected_ = position; }

  lock::State& state() { return *state_; }
  const lock::State& state() const { return *state_; }
  const journal::Head& head() const { return head_; }
  const journal::SnapshotInfo& newest_snapshot() const { return newest_; }
  // Whether the last look has shown nothing that is not replayed.
  bool caught_up() const { return caught_up_; }

 private:
  Result<void> check_position(const journal::Head& journal) const;
  Result<void> replay(ByteView entry);

  EventHub& events_;
  std::unique_ptr<lock::State> state_;
  journal::Head head_;
  journal::SnapshotInfo newest_;
  bool caught_up_ = false;
  std::optional<Position> expected_;
};

}  // namespace holdfast::keeper
