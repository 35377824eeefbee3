#include <algorithm>

#include "lock/decide.h"
#include "lock/info.h"

// What others than a lease's owner may ask: settings, breaks, wishes for release.

namespace holdfast::lock {
namespace {

Decision refused(Refused refusal) {
  return {{}, std::move(refusal), {}};
}

bool may_govern(const Settings* present, const std::string& principal, bool administers) {
  return !present || present->owners.empty() || administers ||
         std::ranges::find(present->owners, principal) != present->owners.end();
}

const Registration* registration_of(const State& state, Ref<Lock> lock) {
  const Ref<Registration> ref = lock ? state.locks()[lock].registration : Ref<Registration>{};
  return ref ? &state.registrations()[ref] : nullptr;
}

RegisterDone registered(std::string key, const Registration& registration) {
  return {std::move(key), registration.settings, registration.version, false};
}

// The answer to a repetition, whatever became of the key since: the version is that of the event just before
// the one that remembers the request.
RegisterDone registered_before(const State& state, const Register& command) {
  const Revision remembered = state.requests()[state.find_request(command.request)].ended;
  return {command.key, command.settings, Revision{remembered.value - 1}, false};
}

void remember(Decision& decision, const RequestTag& tag, LeaseId lease, std::vector<std::string> keys) {
  if (tag) decision.events.push_back(RequestRemembered{tag, lease, std::move(keys)});
}

// --- settings ---

bool expects(const std::optional<Revision>& expected, const Registration* present) {
  if (!expected) return present == nullptr;
  return present && (*expected == Revision{} || *expected == present->version);
}

Refused mismatch(const Registration* present) {
  return refuse(Code::etag_mismatch,
                present ? "the key is registered otherwise by now: look, and send its ETag as If-Match"
                        : "the key is not registered");
}

// Whether the present shared users can go on under the limit.
bool users_fit(const State& state, Ref<Lock> ref, std::uint32_t limit) {
  if (!ref || limit == 0) return true;
  const Lock& lock = state.locks()[ref];
  if (lock.permits_used > limit) return false;
  for (Ref<Place> at = lock.queue.front(); at; at = lock.queue.next(state.places(), at)) {
    const Place& place = state.places()[at];
    if (place.mode == Mode::shared && place.permits > limit) return false;
  }
  return true;
}

// --- breaks ---

struct Found {
  Ref<Hold> hold;
  Ref<Waiter> waiter;
};

Found find_target(const State& state, const Break& command, Ref<Lock> lock) {
  if (const auto* id = std::get_if<LeaseId>(&command.target)) {
    return {state.find_hold(state.find_lease(*id), lock), {}};
  }
  if (const auto* token = std::get_if<FencingToken>(&command.target)) {
    return {lock ? find_by_token(state, lock, *token) : Ref<Hold>{}, {}};
  }
  const Ref<Waiter> waiter = state.find_waiter(std::get<WaiterId>(command.target));
  if (!waiter) return {};
  const auto& places = state.waiters()[waiter].places;
  const bool waits = std::ranges::any_of(
      places, [&](Ref<Place> at) { return state.places()[at].lock == lock && !state.places()[at].relies; });
  return {{}, waits ? waiter : Ref<Waiter>{}};
}

// `end`: when the hold would have ended anyway.
Millis opens_in(const State& state, Ref<Lock> lock, JournalTime end, bool at_once, JournalTime now) {
  if (at_once || end == kNever) end = now;
  if (const Settings* settings = state.settings(lock)) end += settings->lock_delay;
  return std::max({now, end, state.locks()[lock].closed_until, state.quiet_until()}) - now;
}

BrokenInfo broken_info(const State& state, const Hold& hold, JournalTime end, bool at_once, JournalTime now) {
  const Lease& lease = state.leases()[hold.lease];
  BrokenInfo info;
  info.key = state.locks()[hold.lock].key.view();
  info.lease = lease.id;
  info.token = hold.token;
  info.owner = lease.owner.view();
  info.opens_in = opens_in(state, hold.lock, end, at_once, now);
  return info;
}

Decision break_waiter(const State& state, Ref<Waiter> ref, const Break& command) {
  const Waiter& waiter = state.waiters()[ref];
  BrokenInfo info;
  info.key = command.key;
  info.lease = waiter.lease_id;
  info.waiter = waiter.id;
  info.owner = waiter.owner.view();
  Decision decision{
      {WaitEnded{waiter.id, WaitEnd::broken, command.by, command.reason}}, BreakDone{{std::move(info)}}, {}};
  remember(decision, command.request, waiter.lease_id, {command.key});
  return decision;
}

// A lease that an acquire opened ends whole; of a shared one only this hold does.
Decision break_hold(const State& state, JournalTime now, Ref<Hold> ref, const Break& command) {
  const Ref<Lease> lease_ref = state.holds()[ref].lease;
  const Lease& lease = state.leases()[lease_ref];
  const JournalTime end = state.end_of(state.holds()[ref]);
  BreakDone done;
  // One that is overdue has lived until now, since its keeper stalled: a lock delay counts from here.
  const bool at_once = command.now || end < now;
  HoldsBroken event{lease.id, {}, at_once, command.by, command.reason};
  std::vector<std::string> keys{command.key};
  Decision decision;
  if (lease.shared) {
    event.keys = keys;
    done.broken.push_back(broken_info(state, state.holds()[ref], end, at_once, now));
    decision.events = end_waits_on(state, lease_ref, keys);
  } else {
    for (Ref<Hold> at = lease.holds.front(); at; at = lease.holds.next(state.holds(), at)) {
      done.broken.push_back(broken_info(state, state.holds()[at], end, at_once, now));
      if (at != ref && keys.size() < kMaxKeysPerAcquire) keys.push_back(done.broken.back().key);
    }
    decision.events = end_waits(state, lease_ref);
  }
  decision.events.push_back(std::move(event));
  remember(decision, command.request, lease.id, std::move(keys));
  decision.reply = std::move(done);
  return decision;
}

// A retry is told what was broken, as far as that is remembered.
Decision broken_before(const State& state, const RequestTag& tag) {
  const Request& request = state.requests()[state.find_request(tag)];
  BreakDone done;
  for (const Text& key : request.released) {
    BrokenInfo info;
    info.key = key.view();
    info.lease = request.lease_id;
    done.broken.push_back(std::move(info));
  }
  return {{}, std::move(done), {}};
}

bool was_done(const State& state, const RequestTag& tag) {
  const Ref<Request> ref = tag ? state.find_request(tag) : Ref<Request>{};
  if (!ref) return false;
  const Request& request = state.requests()[ref];
  return request.kind == Request::Kind::done && request.tag.fingerprint == tag.fingerprint;
}

}  // namespace

Decision decide_register(const State& state, JournalTime now, const Register& command) {
  const Ref<Lock> lock = state.find_lock(command.key);
  const Registration* present = registration_of(state, lock);
  const bool same = present && present->settings == command.settings;
  if (was_done(state, command.request)) return {{}, registered_before(state, command), {}};
  if (auto again = repeated(state, now, command.request)) return *std::move(again);
  if (!may_govern(state.settings(lock), command.principal, command.administers)) {
    return refused(refuse(Code::permission_denied, "the key belongs to others"));
  }
  if (same && !command.expected) return {{}, registered(command.key, *present), {}};
  if (!expects(command.expected, present)) return refused(mismatch(present));
  if (!present && state.registrations().size() >= kMaxRegistrations) {
    return refused(refuse(Code::overloaded, "as many keys are registered as can be"));
  }
  if (!users_fit(state, lock, command.settings.limit)) {
    Refused refusal = refuse_held(state, lock, now);
    refusal.code = Code::in_use;
    refusal.detail = "the present users of the key do not fit the limit";
    return refused(std::move(refusal));
  }
  RegisterDone done{command.key, command.settings, state.revision().next(), present == nullptr};
  Decision decision{{LockRegistered{command.key, command.settings, command.by}}, std::move(done), {}};
  remember(decision, command.request, {}, {command.key});
  return decision;
}

Decision decide_unregister(const State& state, JournalTime now, const Unregister& command) {
  if (was_done(state, command.request)) return {{}, UnregisterDone{command.key}, {}};
  if (auto again = repeated(state, now, command.request)) return *std::move(again);
  const Ref<Lock> lock = state.find_lock(command.key);
  const Registration* present = registration_of(state, lock);
  if (!present) return refused(refuse(Code::not_found, "the key is not registered"));
  if (!may_govern(&present->settings, command.principal, command.administers)) {
    return refused(refuse(Code::permission_denied, "the key belongs to others"));
  }
  if (command.expected && !expects(command.expected, present)) return refused(mismatch(present));
  if (state.locks()[lock].holder_count != 0 || state.locks()[lock].queue_length != 0) {
    Refused refusal = refuse_held(state, lock, now);
    refusal.code = Code::in_use;
    refusal.detail = "the key is held or waited for";
    return refused(std::move(refusal));
  }
  Decision decision{{LockUnregistered{command.key, command.by}}, UnregisterDone{command.key}, {}};
  remember(decision, command.request, {}, {command.key});
  return decision;
}

Decision decide_break(const State& state, JournalTime now, const Break& command) {
  if (was_done(state, command.request)) return broken_before(state, command.request);
  if (auto again = repeated(state, now, command.request)) return *std::move(again);
  const Found found = find_target(state, command, state.find_lock(command.key));
  if (found.waiter) return break_waiter(state, found.waiter, command);
  if (found.hold) return break_hold(state, now, found.hold, command);
  return refused(refuse(Code::not_found,
                        "nothing of that name holds the key or waits for it; it may have ended meanwhile"));
}

Decision decide_request_release(const State& state, JournalTime now, const RequestRelease& command) {
  const Ref<Lock> lock = state.find_lock(command.key);
  ReleaseRequestDone done{command.key, {}};
  if (lock) done.holders = holders_of(state, state.locks()[lock], kMaxShownHolders, now);
  if (was_done(state, command.request)) return {{}, std::move(done), {}};
  if (auto again = repeated(state, now, command.request)) return *std::move(again);
  Decision decision;
  if (!done.holders.empty()) {
    decision.events.push_back(ReleaseRequested{command.key, command.by, command.reason});
  }
  remember(decision, command.request, {}, {command.key});
  decision.reply = std::move(done);
  return decision;
}

}  // namespace holdfast::lock
