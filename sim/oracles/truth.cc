#include "truth.h"

#include <utility>

#include <fmt/format.h>

#include "keeper/entry_clock.h"
#include "lock/entry.h"
#include "lock/invariants.h"

namespace holdfast::sim {
namespace {

constexpr std::uint64_t kLookEvery = 64;  // entries, at the whole state
constexpr lock::Millis kLate{30'000};  // by which keepers that stall again and again may end a hold too late

}  // namespace

Truth::Truth(Ledger& ledger, Violations& violations, Before before_event)
    : ledger_(ledger), violations_(violations), before_event_(std::move(before_event)) {}

void Truth::durable(std::uint64_t sequence, ByteView bytes) {
  if (sequence != sequence_ + 1) {
    violations_.add(fmt::format("entry {} follows entry {}", sequence, sequence_));
  }
  sequence_ = sequence;
  const Result<lock::Entry> entry = lock::decode_entry(bytes);
  if (!entry) {
    violations_.add(fmt::format("entry {} cannot be read: {}", sequence, entry.error().message()));
    return;
  }
  const lock::JournalTime time = entry->header.time;
  if (time > entry_time_ + keeper::kMaxAdvance) {
    violations_.add(fmt::format("entry {} lets {} ms pass at once", sequence, (time - entry_time_).count()));
  }
  entry_time_ = time;
  if (const auto replayed = lock::replay(state_, *entry, this); !replayed) {
    violations_.add(fmt::format("entry {} does not follow: {}", sequence, replayed.error().message()));
  }
  ledger_.entry_ended(state_.revision());
  if (sequence % kLookEvery == 0) check_state();
  move_faults();
}

void Truth::before(const lock::State& state, const lock::Event& event) {
  const lock::Revision revision = state.revision().next();
  before_event_(revision, event);
  ledger_.see(revision, event);
  promises_.see(entry_time_, revision, event);
}

void Truth::told(const lock::Renewed& renewed, lock::Revision revision) {
  promises_.check_lost(renewed, revision);
  move_faults();
}

void Truth::check_state() {
  promises_.check_caps(entry_time_ - kLate);
  move_faults();
  for (const std::string& broken : lock::broken_invariants(state_)) violations_.add("the state: " + broken);
}

void Truth::move_faults() {
  for (std::string& fault : faults_) violations_.add(std::move(fault));
  faults_.clear();
}

}  // namespace holdfast::sim
