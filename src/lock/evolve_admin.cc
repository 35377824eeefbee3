#include "lock/evolve_admin.h"

#include "lock/evolve_end.h"

namespace holdfast::lock {
namespace {

Blame blame_of(const HoldsBroken& event) {
  return {Text(event.by), Text(event.reason)};
}

// The key opens at `end`, when the broken hold would have ended anyway, or now; without expiry there is
// nothing to wait for (protocol.md 26).
void break_hold(State& state, Ref<Hold> hold, JournalTime end, bool now) {
  if (now || end == kNever) end = state.time();
  const JournalTime delayed = closed_after(state, state.holds()[hold].lock, Ended::broken, end);
  end_hold(state, hold, Ended::broken, std::max(end, delayed));
}

void lose_hold(State& state, Ref<Lease> lease, const HoldsBroken& event, const std::string& key) {
  const Ref<Hold> hold = state.find_hold(lease, state.find_lock(key));
  HOLDFAST_ASSERT(hold);
  Loss loss;
  loss.token = state.holds()[hold].token;
  loss.key = Text(key);
  loss.blame = blame_of(event);
  loss.how = Ended::broken;
  break_hold(state, hold, state.end_of(state.holds()[hold]), event.now);
  state.add_loss(lease, std::move(loss));
}

}  // namespace

void evolve_admin(State& state, const LockRegistered& event) {
  Registration registration;
  registration.version = state.revision();
  registration.settings = event.settings;
  state.add_registration(state.use_lock(event.key), std::move(registration));
}

void evolve_admin(State& state, const LockUnregistered& event) {
  const Ref<Lock> lock = state.find_lock(event.key);
  HOLDFAST_ASSERT(lock);
  state.remove_registration(lock);
  state.release_lock_if_unused(lock);
}

void evolve_admin(State& state, const HoldsBroken& event) {
  const Ref<Lease> ref = state.find_lease(event.lease);
  HOLDFAST_ASSERT(ref);
  for (const std::string& key : event.keys) lose_hold(state, ref, event, key);
  if (!event.keys.empty()) return;
  const Lease& lease = state.leases()[ref];
  // The first cap would have ended them all, so it is asked for while it is there.
  const JournalTime end = state.end_of(lease, lease.expires);
  while (lease.holds.front()) break_hold(state, lease.holds.front(), end, event.now);
  end_lease_record(state, ref, Ended::broken, std::make_unique<Blame>(blame_of(event)));
}

void evolve_admin(State& state, const LossesAcknowledged& event) {
  const Ref<Lease> lease = state.find_lease(event.lease);
  HOLDFAST_ASSERT(lease);
  for (const std::string& key : event.keys) state.remove_loss(lease, key);
}

void evolve_admin(State& state, const ReleaseRequested& event) {
  const Ref<Lock> lock = state.find_lock(event.key);
  HOLDFAST_ASSERT(lock);
  ReleaseWish wish;
  wish.before = state.next_token();
  wish.blame = {Text(event.by), Text(event.reason)};
  state.add_wish(lock, std::move(wish));
}

void evolve_admin(State& state, const RequestRemembered& event) {
  Request request;
  request.tag = event.request;
  request.lease_id = event.lease;
  request.kind = Request::Kind::done;
  for (const std::string& key : event.keys) request.released.emplace_back(key);
  state.remember_ended(state.add_request(std::move(request)));
}

void evolve_admin(State& state, const Restored& event) {
  state.raise_incarnation(event.incarnation, event.first_token, event.revision);
  if (event.quiet == Millis(0)) return;
  state.keep_quiet(std::max(state.quiet_until(), state.expiry(state.time(), event.quiet)));
}

void evolve_admin(State& state, const Reopened&) {
  state.keep_quiet(JournalTime::min());
  for (std::size_t slot = 0; slot < state.locks().slots(); ++slot) {
    if (state.locks().at_slot(slot)) state.mark_unsettled(Pool<Lock>::ref_of_slot(slot));
  }
}

}  // namespace holdfast::lock
