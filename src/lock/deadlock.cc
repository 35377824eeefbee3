#include "lock/deadlock.h"

#include <algorithm>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

namespace holdfast::lock {
namespace {

// Somebody who waits or holds: a lease, or a waiter that has none yet.
struct Node {
  Ref<Lease> lease;
  Ref<Waiter> waiter;

  std::uint64_t number() const { return std::uint64_t{lease.number} << 32 | waiter.number; }
};

struct Step {
  Node node;
  std::size_t from = 0;  // index of the step that led here
  Ref<Lock> over;        // the key for which `from` waits
};

// Breadth-first from the asker over everyone it would depend on. Each queue is walked once: who stands ahead
// of a place that was walked was walked with it.
class Search {
 public:
  Search(const State& state, Ref<Lease> asker) : state_(state), asker_(asker) {
    steps_.push_back({Node{asker, {}}, 0, {}});
  }

  std::vector<std::string> run(const std::vector<Wanted>& wanted) {
    for (const Wanted& want : wanted) {
      const Lock& lock = state_.locks()[want.lock];
      depend_on_holders(0, want.lock);
      if (!want.converts) depend_on_queue(0, want.lock, lock.queue.back());
    }
    for (std::size_t at = 1; at < steps_.size() && closing_ == 0 && at < kMaxDeadlockNodes; ++at) expand(at);
    return closing_ == 0 ? std::vector<std::string>{} : path();
  }

 private:
  void expand(std::size_t at) {
    const Node node = steps_[at].node;
    if (!node.lease) return expand_waiter(at, node.waiter);
    const Lease& lease = state_.leases()[node.lease];
    for (Ref<Waiter> waiter = lease.waiters.front(); waiter;
         waiter = lease.waiters.next(state_.waiters(), waiter)) {
      expand_waiter(at, waiter);
    }
  }

  void expand_waiter(std::size_t at, Ref<Waiter> waiter) {
    for (const Ref<Place> ref : state_.waiters()[waiter].places) {
      const Place& place = state_.places()[ref];
      if (place.relies) continue;
      depend_on_holders(at, place.lock);
      const Lock& lock = state_.locks()[place.lock];
      depend_on_queue(at, place.lock, lock.queue.previous(state_.places(), ref));
    }
  }

  void depend_on_holders(std::size_t from, Ref<Lock> ref) {
    const Lock& lock = state_.locks()[ref];
    // The starting lease may itself be a holder (it converts); that is no dependency on itself.
    if (from != 0 && !holders_walked_.insert(ref.number).second) return;
    for (Ref<Hold> at = lock.holders.front(); at; at = lock.holders.next(state_.holds(), at)) {
      visit({Node{state_.holds()[at].lease, {}}, from, ref});
    }
  }

  void depend_on_queue(std::size_t from, Ref<Lock> ref, Ref<Place> last) {
    const Lock& lock = state_.locks()[ref];
    for (Ref<Place> at = last; at; at = lock.queue.previous(state_.places(), at)) {
      // The asker's own places are passed over here, but not by those that stand behind them.
      if (from != 0 && !places_walked_.insert(at.number).second) return;
      const Waiter& waiter = state_.waiters()[state_.places()[at].waiter];
      const Node node = waiter.lease ? Node{waiter.lease, {}} : Node{{}, state_.places()[at].waiter};
      visit({node, from, ref});
    }
  }

  void visit(const Step& step) {
    const Node& before = steps_[step.from].node;
    if (step.node.lease == before.lease && step.node.waiter == before.waiter) return;
    if (step.node.lease && step.node.lease == asker_) {
      if (closing_ == 0) closing_ = step.from, closing_over_ = step.over;
      return;
    }
    if (closing_ == 0 && seen_.insert(step.node.number()).second) steps_.push_back(step);
  }

  std::vector<std::string> path() const {
    std::vector<std::string> lines{line(closing_, closing_over_)};
    for (std::size_t at = closing_; at != 0; at = steps_[at].from) {
      lines.push_back(line(steps_[at].from, steps_[at].over));
    }
    std::ranges::reverse(lines);
    return lines;
  }

  std::string line(std::size_t at, Ref<Lock> over) const {
    const Node& node = steps_[at].node;
    const std::string who = node.lease ? "lease " + std::to_string(state_.leases()[node.lease].id.value)
                                       : "waiter " + std::to_string(state_.waiters()[node.waiter].id.value);
    return who + " waits for " + std::string(state_.locks()[over].key.view());
  }

  const State& state_;
  Ref<Lease> asker_;
  std::vector<Step> steps_;
  std::size_t closing_ = 0;  // the step that depends on the asker; 0: none found
  Ref<Lock> closing_over_;
  boost::unordered_flat_set<std::uint64_t> seen_;
  boost::unordered_flat_set<std::uint32_t> places_walked_;
  boost::unordered_flat_set<std::uint32_t> holders_walked_;
};

}  // namespace

std::vector<std::string> deadlock_cycle(const State& state, Ref<Lease> asker,
                                        const std::vector<Wanted>& wanted) {
  const Lease& lease = state.leases()[asker];
  if (lease.hold_count == 0 && lease.waiter_count == 0) return {};
  return Search(state, asker).run(wanted);
}

}  // namespace holdfast::lock
