#include "lock/decide.h"

#include "lock/info.h"

namespace holdfast::lock {
namespace {

struct Decide {
  const State& state;
  JournalTime now;

  Decision operator()(const Acquire& command) const { return decide_acquire(state, now, command); }
  Decision operator()(const OpenLease& command) const { return decide_open_lease(state, now, command); }
  Decision operator()(const Renew& command) const { return decide_renew(state, now, command); }
  Decision operator()(const Release& command) const { return decide_release(state, now, command); }
  Decision operator()(const Cancel& command) const { return decide_cancel(state, now, command); }
  Decision operator()(const Detach& command) const { return decide_detach(state, now, command); }
  Decision operator()(const Abandon& command) const { return decide_abandon(state, now, command); }
  Decision operator()(const TakeOver& command) const {
    return {{TookOver{command.epoch}}, ReleaseDone{}, {}};
  }
};

}  // namespace

Decision decide(const State& state, JournalTime now, const Command& command) {
  return std::visit(Decide{state, now}, command);
}

std::vector<Event> decide_due(const State& state, JournalTime now, TimerTarget due) {
  switch (due.kind) {
    case TimerKind::lease:
      return end_lease(state, Ref<Lease>{due.number}, Ended::expiry, Millis(0), {});
    case TimerKind::waiter: {
      const Waiter& waiter = state.waiters()[Ref<Waiter>{due.number}];
      return {WaitEnded{waiter.id, waiter.deadline <= now ? WaitEnd::timed_out : WaitEnd::not_reattached}};
    }
    case TimerKind::closed_key:
      break;
  }
  return {KeyOpened{std::string(state.locks()[Ref<Lock>{due.number}].key.view())}};
}

}  // namespace holdfast::lock
