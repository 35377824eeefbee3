#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger.h"
#include "lock/event_observer.h"
#include "lock/state.h"
#include "promises.h"
#include "violations.h"

namespace holdfast::sim {

// Reads the journal as it becomes durable, entry by entry, as every replica would: each must be well formed
// and follow the one before, no promise that events can break may be broken, and the state that they lead to
// must be sound.
class Truth final : private lock::EventObserver {
 public:
  // Called with each event, before the ledger sees it.
  using Before = std::function<void(lock::Revision revision, const lock::Event& event)>;
  // `ledger` and `violations` must outlive it.
  Truth(Ledger& ledger, Violations& violations, Before before_event);

  void durable(std::uint64_t sequence, ByteView entry);

  std::uint64_t sequence() const { return sequence_; }
  const lock::State& state() const { return state_; }
  std::uint64_t events() const { return state_.revision().value; }
  // A client learns of a renewal that was decided at this revision.
  void told(const lock::Renewed& renewed, lock::Revision revision);
  // Looks at the whole state.
  void check_state();

 private:
  void before(const lock::State& state, const lock::Event& event) override;
  void move_faults();

  Ledger& ledger_;
  Violations& violations_;
  Before before_event_;
  std::vector<std::string> faults_;
  lock::testing::Promises promises_{faults_};
  lock::State state_;
  lock::JournalTime entry_time_{};
  std::uint64_t sequence_ = 0;
};

}  // namespace holdfast::sim
