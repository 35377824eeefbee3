#include "service/statistics/statistics.h"

#include <chrono>
#include <variant>

namespace holdfast::service {
namespace {

double seconds(lock::Millis duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

// One overload per event that counts.
class Statistics::Note {
 public:
  Note(Statistics& statistics, const lock::State& state) : statistics_(statistics), state_(state) {}

  void operator()(const lock::LeaseOpened&) const { ++statistics_.counts_.leases_opened; }
  void operator()(const lock::LeaseRenewed&) const { ++statistics_.counts_.renewals; }
  void operator()(const lock::WaitBegan&) const { ++statistics_.counts_.waits_begun; }

  void operator()(const lock::Granted& event) const {
    lock::Millis waited{0};
    if (const auto waiter = state_.find_waiter(event.waiter)) {
      waited = state_.time() - state_.waiters()[waiter].since;
      ++statistics_.counts_.waited_grants;
    }
    for (const lock::GrantedKey& key : event.keys) statistics_.granted(key.key, waited);
  }

  void operator()(const lock::LeaseEnded& event) const { end_all(event.lease, event.how); }
  void operator()(const lock::Released& event) const { end_some(event.lease, event.keys, event.how); }
  void operator()(const lock::HoldsBroken& event) const {
    if (event.keys.empty()) return end_all(event.lease, lock::Ended::broken);
    end_some(event.lease, event.keys, lock::Ended::broken);
  }

  void operator()(const lock::LockRegistered& event) const { statistics_.keep(event.key); }
  void operator()(const lock::LockUnregistered& event) const { statistics_.registered_.erase(event.key); }

  void operator()(const lock::WaitEnded& event) const {
    ++statistics_.counts_.waits_ended[static_cast<std::size_t>(event.how)];
    const auto waiter = state_.find_waiter(event.waiter);
    if (!waiter || event.how != lock::WaitEnd::timed_out) return;
    for (const auto place : state_.waiters()[waiter].places) {
      KeyStatistics* const own = statistics_.of(state_.locks()[state_.places()[place].lock].key.view());
      if (own != nullptr) ++own->timeouts;
    }
  }

  template <class Other>
  void operator()(const Other&) const {}

 private:
  void end_all(lock::LeaseId id, lock::Ended how) const {
    const auto lease = state_.find_lease(id);
    if (!lease) return;
    using Holds = decltype(lock::Lease::holds);
    for (auto hold = state_.leases()[lease].holds.front(); hold; hold = Holds::next(state_.holds(), hold)) {
      end(hold, how);
    }
  }

  void end_some(lock::LeaseId lease, const std::vector<std::string>& keys, lock::Ended how) const {
    for (const std::string& key : keys) {
      const auto hold = state_.find_hold(state_.find_lease(lease), state_.find_lock(key));
      if (hold) end(hold, how);
    }
  }

  void end(lock::Ref<lock::Hold> ref, lock::Ended how) const {
    const lock::Hold& hold = state_.holds()[ref];
    statistics_.hold_ended(state_.locks()[hold.lock].key.view(), how, state_.time() - hold.since);
  }

  Statistics& statistics_;
  const lock::State& state_;
};

void Statistics::before(const lock::State& state, const lock::Event& event) {
  std::visit(Note(*this, state), event);
}

void Statistics::refused(const lock::Refused& refusal) {
  if (refusal.key.empty()) return;
  if (KeyStatistics* const own = of(refusal.key)) ++own->refusals;
}

void Statistics::start(const lock::State& state) {
  for (std::size_t slot = 0; slot < state.registrations().slots(); ++slot) {
    const lock::Registration* registration = state.registrations().at_slot(slot);
    if (registration) keep(state.locks()[registration->lock].key.view());
  }
}

const KeyStatistics* Statistics::find(std::string_view key) const {
  const auto kept = registered_.find(key);
  return kept == registered_.end() ? keys_.find(key) : &kept->second;
}

KeyStatistics* Statistics::of(std::string_view key) {
  if (registered_.empty()) return keys_.use(key);
  const auto kept = registered_.find(key);
  return kept == registered_.end() ? keys_.use(key) : &kept->second;
}

void Statistics::keep(std::string_view key) {
  if (registered_.contains(key)) return;
  const KeyStatistics* before = keys_.find(key);
  registered_.emplace(key, before == nullptr ? KeyStatistics() : *before);
}

void Statistics::granted(std::string_view key, lock::Millis waited) {
  ++counts_.grants;
  prefixes_.of(key).waits.add(seconds(waited));
  KeyStatistics* const own = of(key);
  if (own == nullptr) return;
  ++own->grants;
  own->waits.add(waited);
}

void Statistics::hold_ended(std::string_view key, lock::Ended how, lock::Millis held) {
  ++counts_.holds_ended[static_cast<std::size_t>(how)];
  prefixes_.of(key).holds.add(seconds(held));
  if (KeyStatistics* const own = of(key)) own->holds.add(held);
}

}  // namespace holdfast::service
