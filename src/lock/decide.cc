#include "lock/decide.h"

#include "lock/entry.h"
#include "lock/info.h"

namespace holdfast::lock {
namespace {

struct Decide {
  const State& state;
  JournalTime now;

  Decision operator()(const Acquire& command) const {
    return command.polls ? decide_poll(state, now, command) : decide_acquire(state, now, command);
  }
  Decision operator()(const AcquireEach& command) const { return decide_acquire_each(state, now, command); }
  Decision operator()(const ReleaseEach& command) const { return decide_release_each(state, now, command); }
  Decision operator()(const OpenLease& command) const { return decide_open_lease(state, now, command); }
  Decision operator()(const Renew& command) const { return decide_renew(state, now, command); }
  Decision operator()(const Release& command) const { return decide_release(state, now, command); }
  Decision operator()(const Cancel& command) const { return decide_cancel(state, now, command); }
  Decision operator()(const Register& command) const { return decide_register(state, now, command); }
  Decision operator()(const Unregister& command) const { return decide_unregister(state, now, command); }
  Decision operator()(const Break& command) const { return decide_break(state, now, command); }
  Decision operator()(const RequestRelease& command) const {
    return decide_request_release(state, now, command);
  }
  Decision operator()(const StoreDocument& command) const { return decide_store(state, now, command); }
  Decision operator()(const RemoveDocument& command) const { return decide_remove(state, now, command); }
  Decision operator()(const FinishUpgrade&) const {
    Decision decision{{}, UpgradeDone{kFeatureLevel}, {}};
    if (state.level() < kFeatureLevel) decision.events.push_back(LevelRaised{kFeatureLevel});
    return decision;
  }
  Decision operator()(const Detach& command) const { return decide_detach(state, now, command); }
  Decision operator()(const Abandon& command) const { return decide_abandon(state, now, command); }
  Decision operator()(const TakeOver& command) const {
    return {{TookOver{command.epoch}}, ReleaseDone{}, {}};
  }
};

// Of a lease that an acquire opened, the cap of one hold is the end of the lease.
Events end_capped_hold(const State& state, Ref<Hold> ref) {
  const Hold& hold = state.holds()[ref];
  if (!state.leases()[hold.lease].shared) {
    return end_lease(state, hold.lease, Ended::max_hold, Millis(0), {});
  }
  const std::vector<std::string> key{std::string(state.locks()[hold.lock].key.view())};
  Events events = end_waits_on(state, hold.lease, key);
  events.push_back(Released{state.leases()[hold.lease].id, Ended::max_hold, Millis(0), {}, key});
  return events;
}

}  // namespace

Decision decide(const State& state, JournalTime now, const Command& command) {
  return std::visit(Decide{state, now}, command);
}

Events decide_due(const State& state, JournalTime now, TimerTarget due) {
  switch (due.kind) {
    case TimerKind::lease:
      return end_lease(state, Ref<Lease>{due.number}, Ended::expiry, Millis(0), {});
    case TimerKind::waiter: {
      const Waiter& waiter = state.waiters()[Ref<Waiter>{due.number}];
      return {WaitEnded{
          waiter.id, waiter.deadline <= now ? WaitEnd::timed_out : WaitEnd::not_reattached, {}, {}}};
    }
    case TimerKind::hold_cap:
      return end_capped_hold(state, state.caps()[Ref<HoldCap>{due.number}].hold);
    case TimerKind::quiet:
      return {Reopened{}};
    case TimerKind::closed_key:
      break;
  }
  return {KeyOpened{std::string(state.locks()[Ref<Lock>{due.number}].key.view())}};
}

}  // namespace holdfast::lock
