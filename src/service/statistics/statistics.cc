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

  void operator()(const lock::LeaseEnded& event) const {
    const auto lease = state_.find_lease(event.lease);
    if (!lease) return;
    using Holds = decltype(lock::Lease::holds);
    for (auto hold = state_.leases()[lease].holds.front(); hold; hold = Holds::next(state_.holds(), hold)) {
      end(hold, event.how);
    }
  }

  void operator()(const lock::Released& event) const {
    const auto lease = state_.find_lease(event.lease);
    for (const std::string& key : event.keys) {
      if (const auto hold = state_.find_hold(lease, state_.find_lock(key))) end(hold, event.how);
    }
  }

  void operator()(const lock::WaitEnded& event) const {
    ++statistics_.counts_.waits_ended[static_cast<std::size_t>(event.how)];
    const auto waiter = state_.find_waiter(event.waiter);
    if (!waiter || event.how != lock::WaitEnd::timed_out) return;
    for (const auto place : state_.waiters()[waiter].places) {
      ++statistics_.keys_.use(state_.locks()[state_.places()[place].lock].key.view()).timeouts;
    }
  }

  template <class Other>
  void operator()(const Other&) const {}

 private:
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
  if (!refusal.key.empty()) ++keys_.use(refusal.key).refusals;
}

void Statistics::granted(std::string_view key, lock::Millis waited) {
  ++counts_.grants;
  prefixes_.of(key).waits.add(seconds(waited));
  KeyStatistics& own = keys_.use(key);
  ++own.grants;
  own.waits.add(waited);
}

void Statistics::hold_ended(std::string_view key, lock::Ended how, lock::Millis held) {
  ++counts_.holds_ended[static_cast<std::size_t>(how)];
  prefixes_.of(key).holds.add(seconds(held));
  keys_.use(key).holds.add(held);
}

}  // namespace holdfast::service
