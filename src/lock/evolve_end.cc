#include "lock/evolve_end.h"

namespace holdfast::lock {
namespace {

void end_request(State& state, Ref<Request> request, Ended how) {
  state.edit(request, [&](Request& ended) {
    ended.kind = Request::Kind::ended_lease;
    ended.lease_end = how;
  });
  state.remember_ended(request);
}

}  // namespace

JournalTime closed_after(const State& state, Ref<Lock> lock, Ended how, JournalTime end) {
  if (how == Ended::release || how == Ended::undelivered) return kNotClosed;
  const Settings* settings = state.settings(lock);
  if (!settings || settings->lock_delay == Millis(0)) return kNotClosed;
  return end + settings->lock_delay;
}

void end_hold(State& state, Ref<Hold> ref, Ended how, JournalTime closed_until) {
  const Ref<Lock> lock = state.holds()[ref].lock;
  const Ref<Request> request = state.holds()[ref].request;
  state.remove_hold(ref);
  if (closed_until > std::max(state.time(), state.locks()[lock].closed_until)) {
    state.close_lock(lock, closed_until);
  }
  state.mark_unsettled(lock);
  state.release_lock_if_unused(lock);
  if (request) end_request_without_holds(state, request, how);
}

void end_lease_record(State& state, Ref<Lease> ref, Ended how, std::unique_ptr<Blame> blame) {
  const Lease& lease = state.leases()[ref];
  if (lease.request) end_request(state, lease.request, how);
  EndedLease ended;
  ended.id = lease.id;
  ended.ended = state.revision();
  ended.ended_at = state.time();
  ended.blame = std::move(blame);
  ended.how = how;
  state.add_ended_lease(std::move(ended));
  state.remove_losses(ref);
  state.remove_lease(ref);
}

void end_request_without_holds(State& state, Ref<Request> request, Ended how) {
  if (state.requests()[request].holds == 0) end_request(state, request, how);
}

}  // namespace holdfast::lock
