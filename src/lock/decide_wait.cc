#include "lock/decide.h"
#include "lock/grantable.h"
#include "lock/info.h"

namespace holdfast::lock {
namespace {

// Who stands in the way of the waiter; without anybody it is the quiet after a restore, if there is one.
Refused why_not_granted(const State& state, JournalTime now, const Waiter& waiter) {
  for (const Ref<Place> at : waiter.places) {
    if (!fits(state, waiter, at)) return refuse_held(state, state.places()[at].lock, now, at);
  }
  return refuse_held(state, {}, now);
}

}  // namespace

Reply wait_end_reply(const State& state, JournalTime now, Ref<Waiter> ref, const WaitEnded& event) {
  const Waiter& waiter = state.waiters()[ref];
  Refused refused;
  switch (event.how) {
    case WaitEnd::timed_out:
    case WaitEnd::disconnected:
    case WaitEnd::not_reattached:
      refused = why_not_granted(state, now, waiter);
      refused.code = Code::held;
      refused.detail = "not granted within wait_ms";
      break;
    case WaitEnd::cancelled:
      refused = refuse(Code::cancelled, "the wait was cancelled");
      break;
    case WaitEnd::lease_ended:
      refused = refuse(Code::lease_gone, "the lease ended while the request waited");
      break;
    case WaitEnd::hold_lost:
      refused = refuse(Code::lease_gone, "a key that the lease held was lost while the request waited");
      break;
    case WaitEnd::broken:
      refused = refuse(Code::cancelled, "the wait was ended by somebody with the right to");
      refused.ended = EndedInfo{Ended::broken, event.by, event.reason};
      break;
  }
  refused.waited = now - waiter.attached_since;
  return refused;
}

namespace {

// A waited grant lives only for its claim until the first renewal shows that somebody learnt of it.
Millis first_life(const Waiter& waiter, Millis ttl) {
  if (waiter.claim == Millis(0)) return ttl;
  return ttl == kNoExpiry ? waiter.claim : std::min(waiter.claim, ttl);
}

// What a setting of all keys of the waiter leaves of a duration.
Millis allowed(const State& state, const Waiter& waiter, Millis value, Millis Settings::*most) {
  for (const Ref<Place> at : waiter.places) {
    value = at_most(value, state.settings(state.places()[at].lock), most);
  }
  return value;
}

// Of a grant that is not in the state yet.
std::optional<Millis> capped_life(const State& state, JournalTime now, const Waiter& waiter, Ref<Hold> own,
                                  Ref<Lock> lock) {
  if (!own && waiter.lease && !state.leases()[waiter.lease].shared) return std::nullopt;
  if (!own) return told(at_most(kNoExpiry, state.settings(lock), &Settings::max_hold));
  const Ref<HoldCap> cap = state.holds()[own].cap;
  return cap ? state.expires_in(state.caps()[cap].until, now) : std::nullopt;
}

}  // namespace

Decision decide_cancel(const State& state, JournalTime, const Cancel& command) {
  const Ref<Request> request = state.find_request(command.request);
  if (!request || state.requests()[request].kind != Request::Kind::waiting)
    return {{}, CancelDone{false}, {}};
  const Waiter& waiter = state.waiters()[state.requests()[request].waiter];
  return {{WaitEnded{waiter.id, WaitEnd::cancelled, {}, {}}}, CancelDone{true}};
}

Decision decide_detach(const State& state, JournalTime, const Detach& command) {
  const Ref<Waiter> ref = state.find_waiter(command.waiter);
  if (!ref) return {{}, ReleaseDone{}, {}};
  const Waiter& waiter = state.waiters()[ref];
  if (waiter.reattach == Millis(0)) {
    return {{WaitEnded{waiter.id, WaitEnd::disconnected, {}, {}}}, ReleaseDone{}};
  }
  if (!waiter.attached()) return {{}, ReleaseDone{}, {}};
  return {{WaiterDetached{waiter.id, waiter.reattach}}, ReleaseDone{}, {}};
}

Decision decide_grant(const State& state, JournalTime now, Ref<Waiter> ref) {
  const Waiter& waiter = state.waiters()[ref];
  Decision decision;
  Acquired acquired;
  Granted granted{.waiter = waiter.id, .reason = std::string(waiter.reason.view())};
  if (waiter.lease) {
    granted.lease = waiter.lease_id;
    acquired.lease = lease_info(state, state.leases()[waiter.lease], now);
  } else {
    const Millis ttl = allowed(state, waiter, waiter.ttl, &Settings::max_ttl);
    const Millis life = first_life(waiter, ttl);
    granted.lease = LeaseId{state.revision().next().value};
    decision.events.push_back(LeaseOpened{false,
                                          ttl,
                                          life,
                                          std::string(waiter.principal.view()),
                                          std::string(waiter.owner.view()),
                                          std::string(waiter.metadata.view()),
                                          alias_of(waiter),
                                          {},
                                          waiter.reattach});
    acquired.lease = {granted.lease, std::string(waiter.owner.view()), ttl, told(life)};
  }
  FencingToken token = state.next_token();
  for (const Ref<Place> at : waiter.places) {
    const Place& place = state.places()[at];
    const Ref<Hold> own = state.find_hold(waiter.lease, place.lock);
    if (place.relies) {
      acquired.grants.push_back(grant_info(state, state.holds()[own], now));
      continue;
    }
    const std::string key(state.locks()[place.lock].key.view());
    const std::string group(place.group.view());
    granted.keys.push_back({key, place.mode, group, place.permits, place.limit, token});
    acquired.grants.push_back({key,
                               place.mode,
                               std::string(shown_group(place.mode, group)),
                               place.permits,
                               token,
                               floor_with(state, place.lock, own, token),
                               {},
                               capped_life(state, now, waiter, own, place.lock),
                               !own});
    token = token.next();
  }
  if (!waiter.lease) cap_lease(acquired.grants, acquired.lease);
  acquired.waited = now - waiter.attached_since;
  acquired.queued = now - waiter.since;
  decision.events.push_back(std::move(granted));
  decision.reply = std::move(acquired);
  return decision;
}

}  // namespace holdfast::lock
