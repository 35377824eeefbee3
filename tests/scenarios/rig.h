#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lock/batch.h"
#include "lock/entry.h"
#include "lock/snapshot.h"
#include "promises.h"

namespace holdfast::lock::testing {

// What one batch, or several that had to follow each other at once, led to.
struct Outcome {
  struct Recorded {
    Revision revision;
    Event event;
  };
  // What a run of events came from: a command, by its place among those given, what was due, or a queue.
  struct Phase {
    enum class Of { command, due, queue };
    Of of = Of::command;
    std::size_t command = 0;
    std::size_t first_event = 0;
    std::size_t end_event = 0;
  };
  std::vector<Recorded> events;
  std::vector<Phase> phases;
  std::vector<Answer> answers;
  std::vector<Waiting> waiting;
  std::vector<WaiterAnswer> waiter_answers;
};

// The lock rules driven as the keeper drives them, with everything checked that must hold whatever is asked:
//   - broken_invariants() is empty after each batch, in the live state and in its replica;
//   - each entry comes out of its bytes as it went in;
//   - a replica fed by those entries alone has the live state's digest after each;
//   - a snapshot, swept in slices while batches go on, and the entries after it give that digest too;
//   - no promise of design.md section 4 that can be seen in events and replies is broken (promises.h).
// What does not hold is kept in faults().
class Rig {
 public:
  // `slice`: how many records of a snapshot, free places counted, are swept after each batch.
  explicit Rig(std::size_t slice = 700);

  // Commands of one batch, in the order in which they arrived; tickets count them from 1. `tick` records the
  // time even if nothing happens.
  Outcome run(JournalTime now, const std::vector<Command>& commands, bool tick = false);

  // An entry of one event that no command leads to: a restore or a seal.
  Outcome write(JournalTime now, const Event& event);

  const State& state() const { return *live_; }
  // The bytes of a snapshot of the live state, taken at once.
  Bytes snapshot();
  const std::vector<std::string>& faults() const { return faults_; }
  std::size_t entries() const { return entries_; }
  std::size_t snapshots() const { return snapshots_; }

 private:
  void run_batch(Batch& batch, const std::vector<Command>& commands, Outcome& outcome);
  void close(Batch& batch, const std::vector<Event>& events, JournalTime now, Outcome& outcome);
  void check_bytes(const Batch& batch, const Entry& written);
  void check_entry(const Entry& written);
  void replay_on(State& state, const Entry& entry, std::string_view which);
  void sweep();
  void check(const State& state, std::string_view which);
  void fault(std::string text) { faults_.push_back(std::move(text)); }

  std::size_t slice_;
  std::unique_ptr<State> live_ = std::make_unique<State>();
  std::unique_ptr<State> replica_ = std::make_unique<State>();
  std::unique_ptr<State> restored_;  // from the last snapshot; none before the first
  std::optional<SnapshotSweep> sweep_;
  Bytes snapshot_;
  std::vector<Entry> tail_;  // the entries since the sweep began
  Promises promises_{faults_};
  std::vector<std::string> faults_;
  std::size_t entries_ = 0;
  std::size_t snapshots_ = 0;
};

}  // namespace holdfast::lock::testing
