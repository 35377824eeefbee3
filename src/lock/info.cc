#include "lock/info.h"

#include <algorithm>

namespace holdfast::lock {
namespace {

// When the nearest of the holders' ends or the key's opening may let somebody in.
std::optional<Millis> retry_after(const State& state, const Lock& lock, JournalTime now) {
  JournalTime soonest = lock.closed() ? lock.closed_until : kNever;
  std::size_t looked_at = 0;
  for (Ref<Hold> at = lock.holders.front(); at && looked_at < kMaxShownHolders; ++looked_at) {
    soonest = std::min(soonest, state.end_of(state.holds()[at]));
    at = lock.holders.next(state.holds(), at);
  }
  if (state.quiet())
    soonest = soonest == kNever ? state.quiet_until() : std::max(soonest, state.quiet_until());
  if (soonest == kNever) return std::nullopt;
  return std::max(Millis(0), soonest - now);
}

}  // namespace

std::string_view shown_group(Mode mode, std::string_view group) {
  return mode == Mode::shared && group.empty() ? kDefaultGroup : group;
}

std::string_view kept_group(Mode mode, std::string_view group) {
  return mode == Mode::exclusive || group == kDefaultGroup ? std::string_view() : group;
}

FencingToken floor_with(const State& state, Ref<Lock> ref, Ref<Hold> own, FencingToken token) {
  const Lock& lock = state.locks()[ref];
  for (Ref<Hold> at = lock.holders.front(); at; at = lock.holders.next(state.holds(), at)) {
    if (at != own) return std::min(state.holds()[at].token, token);
  }
  return token;
}

LeaseInfo lease_info(const State& state, const Lease& lease, JournalTime now) {
  return {lease.id, std::string(lease.owner.view()), lease.ttl(),
          state.expires_in(state.end_of(lease, lease.expires), now)};
}

HolderInfo holder_info(const State& state, const Hold& hold, JournalTime now) {
  const Lease& lease = state.leases()[hold.lease];
  HolderInfo info;
  info.lease = lease.id;
  info.owner = lease.owner.view();
  info.mode = hold.mode;
  info.group = shown_group(hold.mode, hold.group.view());
  info.permits = hold.permits;
  info.token = hold.token;
  info.acquired_at = hold.acquired_at;
  info.held = now - hold.since;
  info.expires_in = state.expires_in(state.end_of(hold), now);
  info.reason = hold.reason.view();
  info.metadata = lease.metadata.view();
  info.dialect = lease.dialect;
  return info;
}

WaiterInfo waiter_info(const State& state, const Place& place, std::size_t position, JournalTime now) {
  const Waiter& waiter = state.waiters()[place.waiter];
  WaiterInfo info;
  info.waiter = waiter.id;
  info.lease = waiter.lease_id;
  info.owner = waiter.owner.view();
  info.mode = place.mode;
  info.group = shown_group(place.mode, place.group.view());
  info.permits = place.permits;
  info.position = position;
  info.waiting = now - waiter.since;
  if (waiter.deadline != kNever) info.deadline_in = std::max(Millis(0), waiter.deadline - now);
  info.detached = !waiter.attached();
  info.reason = waiter.reason.view();
  return info;
}

Grant grant_info(const State& state, const Hold& hold, JournalTime now) {
  const Lock& lock = state.locks()[hold.lock];
  Grant grant;
  grant.key = lock.key.view();
  grant.mode = hold.mode;
  grant.group = shown_group(hold.mode, hold.group.view());
  grant.permits = hold.permits;
  grant.token = hold.token;
  grant.fence_floor = state.holds()[lock.holders.front()].token;
  grant.acquired_at = hold.acquired_at;
  if (hold.cap) grant.expires_in = state.expires_in(state.caps()[hold.cap].until, now);
  return grant;
}

std::vector<HolderInfo> holders_of(const State& state, const Lock& lock, std::size_t most, JournalTime now) {
  std::vector<HolderInfo> infos;
  for (Ref<Hold> at = lock.holders.front(); at && infos.size() < most;
       at = lock.holders.next(state.holds(), at)) {
    infos.push_back(holder_info(state, state.holds()[at], now));
  }
  return infos;
}

std::vector<WaiterInfo> waiters_of(const State& state, const Lock& lock, std::size_t most, JournalTime now,
                                   Ref<Place> end) {
  std::vector<WaiterInfo> infos;
  for (Ref<Place> at = lock.queue.front(); at != end && infos.size() < most;
       at = lock.queue.next(state.places(), at)) {
    infos.push_back(waiter_info(state, state.places()[at], infos.size() + 1, now));
  }
  return infos;
}

std::optional<EndedInfo> how_ended(const State& state, LeaseId lease) {
  const Ref<EndedLease> ended = state.find_ended_lease(lease);
  if (!ended) return std::nullopt;
  const EndedLease& record = state.ended_leases()[ended];
  if (!record.blame) return EndedInfo{record.how, {}, {}};
  return EndedInfo{record.how, std::string(record.blame->by.view()),
                   std::string(record.blame->reason.view())};
}

std::vector<LossInfo> losses_of(const State& state, const Lease& lease) {
  std::vector<LossInfo> infos;
  for (Ref<Loss> at = lease.losses; at; at = state.losses()[at].next) {
    const Loss& loss = state.losses()[at];
    infos.push_back({std::string(loss.key.view()),
                     loss.token,
                     {loss.how, std::string(loss.blame.by.view()), std::string(loss.blame.reason.view())}});
  }
  std::ranges::sort(infos, {}, &LossInfo::token);
  return infos;
}

Millis at_most(Millis value, const Settings* settings, Millis Settings::*most) {
  if (!settings || settings->*most == Millis(0)) return value;
  return value < Millis(0) ? settings->*most : std::min(value, settings->*most);
}

Ref<Hold> find_by_token(const State& state, Ref<Lock> lock, FencingToken token) {
  const auto& holders = state.locks()[lock].holders;
  for (Ref<Hold> at = holders.front(); at; at = holders.next(state.holds(), at)) {
    if (state.holds()[at].token == token) return at;
  }
  return {};
}

void cap_lease(const std::vector<Grant>& grants, LeaseInfo& lease) {
  for (const Grant& grant : grants) {
    if (!grant.expires_in) continue;
    lease.expires_in = lease.expires_in ? std::min(*lease.expires_in, *grant.expires_in) : grant.expires_in;
  }
}

std::optional<Millis> told(Millis life) {
  return life == kNoExpiry ? std::nullopt : std::optional(life);
}

Ref<Lease> find_aliased(const State& state, const AliasedHold& alias) {
  const Ref<Lock> lock = state.find_lock(alias.key);
  if (!lock) return {};
  const auto& holders = state.locks()[lock].holders;
  for (Ref<Hold> at = holders.front(); at; at = holders.next(state.holds(), at)) {
    const Ref<Lease> ref = state.holds()[at].lease;
    const Lease& lease = state.leases()[ref];
    if (lease.dialect != alias.dialect || lease.principal.view() != alias.principal) continue;
    if (!alias.name || lease.alias.view() == *alias.name) return ref;
  }
  return {};
}

Refused refuse(Code code, std::string detail) {
  Refused refused;
  refused.code = code;
  refused.detail = std::move(detail);
  return refused;
}

Refused lease_gone(const State& state, LeaseId lease) {
  Refused refused = refuse(Code::lease_gone, "the lease has ended or never was");
  refused.ended = how_ended(state, lease);
  return refused;
}

namespace {

Refused refuse_quiet(const State& state, JournalTime now) {
  Refused refused = refuse(Code::lock_delay, "nothing is granted for a while after a restore");
  if (state.quiet()) refused.retry_after = std::max(Millis(0), state.quiet_until() - now);
  return refused;
}

}  // namespace

Refused refuse_held(const State& state, Ref<Lock> ref, JournalTime now, Ref<Place> place) {
  if (!ref) return refuse_quiet(state, now);
  const Lock& lock = state.locks()[ref];
  const bool only_closed = lock.holder_count == 0 && lock.queue_length == 0;
  if (only_closed && !lock.closed()) return refuse_quiet(state, now);
  Refused refused = only_closed
                        ? refuse(Code::lock_delay, "the key is kept closed for a while after its last hold")
                        : refuse(Code::held, "the key is held or waited for by others");
  refused.key = lock.key.view();
  refused.holders = holders_of(state, lock, kMaxNamedInRefusal, now);
  refused.holder_count = lock.holder_count;
  refused.blocked_by = waiters_of(state, lock, kMaxNamedInRefusal, now, place);
  refused.queue_length = lock.queue_length - (place ? 1 : 0);
  refused.retry_after = retry_after(state, lock, now);
  return refused;
}

}  // namespace holdfast::lock
