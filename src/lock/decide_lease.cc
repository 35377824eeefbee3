#include <algorithm>

#include <boost/unordered/unordered_flat_set.hpp>

#include "lock/decide.h"
#include "lock/info.h"

namespace holdfast::lock {
namespace {

Decision refused(Refused refusal) {
  return {{}, std::move(refusal), {}};
}

std::vector<std::string> held_keys(const State& state, const Lease& lease) {
  std::vector<std::string> keys;
  for (Ref<Hold> at = lease.holds.front(); at; at = lease.holds.next(state.holds(), at)) {
    keys.emplace_back(state.locks()[state.holds()[at].lock].key.view());
  }
  return keys;
}

// Those of `keys` that the lease holds, each once.
std::vector<std::string> held_among(const State& state, Ref<Lease> lease,
                                    const std::vector<std::string>& keys) {
  std::vector<std::string> held;
  boost::unordered_flat_set<std::string_view> seen;
  for (const std::string& key : keys) {
    if (seen.insert(key).second && state.find_hold(lease, state.find_lock(key))) held.push_back(key);
  }
  return held;
}

// Whether the waiter, of the lease that holds them, converts or relies on one of the keys (protocol.md 24).
bool loses_ground(const State& state, const Waiter& waiter, const std::vector<std::string>& keys) {
  return std::ranges::any_of(waiter.places, [&](Ref<Place> at) {
    const Place& place = state.places()[at];
    if (!place.converts && !place.relies) return false;
    return std::ranges::find(keys, state.locks()[place.lock].key.view()) != keys.end();
  });
}

// Ends some holds of a lease; all of them end a lease that was opened by an acquire.
Events end_holds(const State& state, Ref<Lease> ref, const std::vector<std::string>& held, Ended how,
                 Millis keep_for, const RequestTag& request) {
  const Lease& lease = state.leases()[ref];
  if (!lease.shared && held.size() == lease.hold_count) return end_lease(state, ref, how, keep_for, request);
  Events events = end_waits_on(state, ref, held);
  events.push_back(Released{lease.id, how, keep_for, request, held});
  return events;
}

// Those of `keys` that the lease has lost and its owner was not known to have learnt of.
std::vector<std::string> lost_among(const State& state, Ref<Lease> lease,
                                    const std::vector<std::string>& keys) {
  std::vector<std::string> lost;
  for (Ref<Loss> at = state.leases()[lease].losses; at; at = state.losses()[at].next) {
    const std::string_view key = state.losses()[at].key.view();
    if (std::ranges::find(keys, key) != keys.end()) lost.emplace_back(key);
  }
  return lost;
}

// What the owner of a lease should know: what it has lost, and what others wish for.
void tell_news(const State& state, const Lease& lease, Renewed& renewed) {
  renewed.lost = losses_of(state, lease);
  if (!lease.governed) return;
  for (Ref<Hold> at = lease.holds.front(); at; at = lease.holds.next(state.holds(), at)) {
    const Lock& lock = state.locks()[state.holds()[at].lock];
    if (!lock.wish || state.holds()[at].token >= state.wishes()[lock.wish].before) continue;
    const Blame& blame = state.wishes()[lock.wish].blame;
    renewed.release_requested.push_back(
        {std::string(lock.key.view()), std::string(blame.by.view()), std::string(blame.reason.view())});
  }
}

// What the settings of the keys that the lease holds, or waits for, leave of a ttl.
Millis shortened_ttl(const State& state, const Lease& lease, Millis ttl) {
  for (Ref<Waiter> at = lease.waiters.front(); at; at = lease.waiters.next(state.waiters(), at)) {
    for (const Ref<Place> place : state.waiters()[at].places) {
      ttl = at_most(ttl, state.settings(state.places()[place].lock), &Settings::max_ttl);
    }
  }
  if (!lease.governed) return ttl;
  for (Ref<Hold> at = lease.holds.front(); at; at = lease.holds.next(state.holds(), at)) {
    ttl = at_most(ttl, state.settings(state.holds()[at].lock), &Settings::max_ttl);
  }
  return ttl;
}

// None when it names no lease.
Ref<Lease> find_named(const State& state, const LeaseName& name) {
  if (const auto* id = std::get_if<LeaseId>(&name)) return state.find_lease(*id);
  return find_aliased(state, std::get<AliasedHold>(name));
}

// Why there is no lease of this name.
Refused not_found(const State& state, JournalTime now, const LeaseName& name) {
  if (const auto* id = std::get_if<LeaseId>(&name)) return lease_gone(state, *id);
  const auto& alias = std::get<AliasedHold>(name);
  const Ref<Lock> lock = state.find_lock(alias.key);
  Refused refused = lock && state.locks()[lock].holder_count > 0
                        ? refuse_held(state, lock, now)
                        : refuse(Code::not_found, "nobody holds the key");
  refused.key = alias.key;
  return refused;
}

}  // namespace

Events end_waits_on(const State& state, Ref<Lease> ref, const std::vector<std::string>& held) {
  const Lease& lease = state.leases()[ref];
  Events events;
  for (Ref<Waiter> at = lease.waiters.front(); at; at = lease.waiters.next(state.waiters(), at)) {
    if (loses_ground(state, state.waiters()[at], held)) {
      events.push_back(WaitEnded{state.waiters()[at].id, WaitEnd::hold_lost, {}, {}});
    }
  }
  return events;
}

Events end_waits(const State& state, Ref<Lease> ref) {
  const Lease& lease = state.leases()[ref];
  Events events;
  for (Ref<Waiter> at = lease.waiters.front(); at; at = lease.waiters.next(state.waiters(), at)) {
    events.push_back(WaitEnded{state.waiters()[at].id, WaitEnd::lease_ended, {}, {}});
  }
  return events;
}

// The answer to a request that was carried out before: the same again, or that the id is another request's.
std::optional<Decision> repeated(const State& state, JournalTime now, const RequestTag& tag) {
  const Ref<Request> ref = tag ? state.find_request(tag) : Ref<Request>{};
  if (!ref) return std::nullopt;
  const Request& request = state.requests()[ref];
  if (request.tag.fingerprint != tag.fingerprint) {
    return refused(refuse(Code::request_id_reused, "this request_id was used for another request"));
  }
  if (request.kind == Request::Kind::opened_lease) {
    const Lease& lease = state.leases()[state.find_lease(request.lease_id)];
    return Decision{{}, LeaseStarted{lease_info(state, lease, now)}, {}};
  }
  if (request.kind == Request::Kind::released) {
    ReleaseDone done;
    for (const Text& key : request.released) done.keys.emplace_back(key.view());
    return Decision{{}, std::move(done), {}};
  }
  return refused(lease_gone(state, request.lease_id));
}

Events end_lease(const State& state, Ref<Lease> ref, Ended how, Millis keep_for, const RequestTag& request) {
  Events events = end_waits(state, ref);
  events.push_back(LeaseEnded{state.leases()[ref].id, how, keep_for, request});
  return events;
}

Decision decide_open_lease(const State& state, JournalTime now, const OpenLease& command) {
  if (auto again = repeated(state, now, command.request)) return *std::move(again);
  if (state.leases().size() >= kMaxLeases) {
    return refused(refuse(Code::overloaded, "the service has as many leases as it can"));
  }
  const LeaseInfo lease{LeaseId{state.revision().next().value}, command.owner, command.ttl,
                        told(command.ttl)};
  return {{LeaseOpened{true,
                       command.ttl,
                       command.ttl,
                       command.principal,
                       command.owner,
                       command.metadata,
                       {},
                       command.request,
                       Millis(0)}},
          LeaseStarted{lease},
          {}};
}

// An expired lease lives until its end is decided, and renewals are decided before expiries (protocol.md 13).
Decision decide_renew(const State& state, JournalTime now, const Renew& command) {
  const Ref<Lease> ref = find_named(state, command.lease);
  if (!ref) return refused(not_found(state, now, command.lease));
  const Lease& lease = state.leases()[ref];
  const Millis ttl = shortened_ttl(state, lease, command.ttl.value_or(lease.ttl()));
  Renewed renewed{lease_info(state, lease, now), {}, {}};
  renewed.lease.ttl = ttl;
  const JournalTime expires = std::max(lease.expires, state.expiry(now, ttl));
  renewed.lease.expires_in = state.expires_in(state.end_of(lease, expires), now);
  tell_news(state, lease, renewed);
  return {{LeaseRenewed{lease.id, ttl}}, std::move(renewed), {}};
}

Decision decide_release(const State& state, JournalTime now, const Release& command) {
  if (auto again = repeated(state, now, command.request)) return *std::move(again);
  const Ref<Lease> ref = find_named(state, command.lease);
  if (!ref) return refused(not_found(state, now, command.lease));
  if (command.keys.empty()) {
    return {end_lease(state, ref, Ended::release, command.keep_for, command.request),
            ReleaseDone{held_keys(state, state.leases()[ref])},
            {}};
  }
  std::vector<std::string> held = held_among(state, ref, command.keys);
  std::vector<std::string> lost = lost_among(state, ref, command.keys);
  Events events;
  if (!lost.empty()) events.push_back(LossesAcknowledged{state.leases()[ref].id, std::move(lost)});
  if (held.empty() && !command.request) return {std::move(events), ReleaseDone{}, {}};
  // Recorded even if it found nothing: a retry must not release what the lease acquires later.
  std::ranges::move(end_holds(state, ref, held, Ended::release, command.keep_for, command.request),
                    std::back_inserter(events));
  return {std::move(events), ReleaseDone{std::move(held)}, {}};
}

// Nobody was told of the grant, so nobody relies on it (protocol.md 17).
Decision decide_abandon(const State& state, JournalTime, const Abandon& command) {
  const Ref<Lease> ref = state.find_lease(command.lease);
  if (!ref) return {{}, ReleaseDone{}, {}};
  std::vector<std::string> held = held_among(state, ref, command.keys);
  if (held.empty()) return {{}, ReleaseDone{}, {}};
  // Only a lease that is nothing but this grant may be kept for less than its ttl: of any other, its owner
  // was told how long it lives.
  const Lease& lease = state.leases()[ref];
  if (command.reattach > Millis(0) && !lease.shared && held.size() == lease.hold_count) {
    return {{GrantDetached{command.lease, command.reattach}}, ReleaseDone{}, {}};
  }
  Events events = end_holds(state, ref, held, Ended::undelivered, Millis(0), {});
  return {std::move(events), ReleaseDone{std::move(held)}, {}};
}

}  // namespace holdfast::lock
