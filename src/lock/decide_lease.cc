#include <algorithm>

#include <boost/unordered/unordered_flat_set.hpp>

#include "lock/decide.h"
#include "lock/info.h"

namespace holdfast::lock {
namespace {

Decision refused(Refused refusal) {
  return {{}, std::move(refusal), {}};
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
std::vector<Event> end_holds(const State& state, Ref<Lease> ref, const std::vector<std::string>& held,
                             Ended how, Millis keep_for, const RequestTag& request) {
  const Lease& lease = state.leases()[ref];
  if (!lease.shared && held.size() == lease.hold_count) return end_lease(state, ref, how, keep_for, request);
  std::vector<Event> events;
  for (Ref<Waiter> at = lease.waiters.front(); at; at = lease.waiters.next(state.waiters(), at)) {
    if (loses_ground(state, state.waiters()[at], held)) {
      events.push_back(WaitEnded{state.waiters()[at].id, WaitEnd::hold_lost});
    }
  }
  events.push_back(Released{lease.id, how, keep_for, request, held});
  return events;
}

}  // namespace

std::vector<Event> end_lease(const State& state, Ref<Lease> ref, Ended how, Millis keep_for,
                             const RequestTag& request) {
  const Lease& lease = state.leases()[ref];
  std::vector<Event> events;
  for (Ref<Waiter> at = lease.waiters.front(); at; at = lease.waiters.next(state.waiters(), at)) {
    events.push_back(WaitEnded{state.waiters()[at].id, WaitEnd::lease_ended});
  }
  events.push_back(LeaseEnded{lease.id, how, keep_for, request});
  return events;
}

Decision decide_open_lease(const State& state, JournalTime now, const OpenLease& command) {
  if (auto again = repeated(state, now, command.request)) return *std::move(again);
  if (state.leases().size() >= kMaxLeases) {
    return refused(refuse(Code::overloaded, "the service has as many leases as it can"));
  }
  const LeaseInfo lease{LeaseId{state.revision().next().value}, command.owner, command.ttl,
                        command.ttl == kNoExpiry ? std::nullopt : std::optional(command.ttl)};
  return {{LeaseOpened{true, command.ttl, command.ttl, command.principal, command.owner, command.metadata,
                       command.request}},
          LeaseStarted{lease},
          {}};
}

// An expired lease lives until its end is decided, and renewals are decided before expiries (protocol.md 13).
Decision decide_renew(const State& state, JournalTime now, const Renew& command) {
  const Ref<Lease> ref = state.find_lease(command.lease);
  if (!ref) return refused(lease_gone(state, command.lease));
  const Lease& lease = state.leases()[ref];
  const Millis ttl = command.ttl.value_or(lease.ttl());
  LeaseInfo info = lease_info(state, lease, now);
  info.ttl = ttl;
  info.expires_in = state.expires_in(std::max(lease.expires, state.expiry(now, ttl)), now);
  return {{LeaseRenewed{command.lease, ttl}}, Renewed{std::move(info)}, {}};
}

Decision decide_release(const State& state, JournalTime now, const Release& command) {
  if (auto again = repeated(state, now, command.request)) return *std::move(again);
  const Ref<Lease> ref = state.find_lease(command.lease);
  if (!ref) return refused(lease_gone(state, command.lease));
  if (command.keys.empty()) {
    return {end_lease(state, ref, Ended::release, command.keep_for, command.request),
            ReleaseDone{held_keys(state, state.leases()[ref])},
            {}};
  }
  std::vector<std::string> held = held_among(state, ref, command.keys);
  if (held.empty() && !command.request) return {{}, ReleaseDone{}, {}};
  // Recorded even if it found nothing: a retry must not release what the lease acquires later.
  std::vector<Event> events = end_holds(state, ref, held, Ended::release, command.keep_for, command.request);
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
  std::vector<Event> events = end_holds(state, ref, held, Ended::undelivered, Millis(0), {});
  return {std::move(events), ReleaseDone{std::move(held)}, {}};
}

}  // namespace holdfast::lock
