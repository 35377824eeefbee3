#include "lock/view.h"

#include <algorithm>

#include "base/assert.h"
#include "lock/info.h"

namespace holdfast::lock {
namespace {

bool is_reserved(const State& state, const Lock& lock) {
  return lock.queue_length != 0 || lock.closed() || state.quiet();
}

LockState state_of(const State& state, const Lock& lock) {
  if (lock.holder_count == 0) return is_reserved(state, lock) ? LockState::reserved : LockState::free;
  return state.holds()[lock.holders.front()].mode == Mode::shared ? LockState::shared : LockState::exclusive;
}

bool in_use(const Lock& lock) {
  return lock.holder_count != 0 || lock.queue_length != 0 || lock.closed() || lock.registration;
}

LockView view_of(const State& state, const Lock& lock, JournalTime now) {
  LockView view;
  view.key = lock.key.view();
  view.state = state_of(state, lock);
  view.limit = lock.limit;
  view.holders = holders_of(state, lock, kMaxShownHolders, now);
  view.holder_count = lock.holder_count;
  view.queue = waiters_of(state, lock, kMaxShownWaiters, now);
  view.queue_length = lock.queue_length;
  const JournalTime opens = std::max(lock.closed_until, state.quiet_until());
  if (opens > now) view.opens_in = opens - now;
  if (lock.registration) {
    const Registration& registration = state.registrations()[lock.registration];
    view.settings = registration.settings;
    view.version = registration.version;
  }
  if (lock.wish) view.release_requested = std::string(state.wishes()[lock.wish].blame.reason.view());
  return view;
}

bool concerns_owner(const LockView& view, const std::string& owner) {
  return owner.empty() ||
         std::ranges::any_of(view.holders, [&](const auto& h) { return h.owner == owner; }) ||
         std::ranges::any_of(view.queue, [&](const auto& w) { return w.owner == owner; });
}

LeaseView view_of(const State& state, const Lease& lease, JournalTime now) {
  LeaseView view;
  view.lease = lease_info(state, lease, now);
  view.shared = lease.shared;
  view.principal = lease.principal.view();
  view.metadata = lease.metadata.view();
  view.dialect = lease.dialect;
  return view;
}

}  // namespace

std::string_view name_of(Mode mode) {
  return mode == Mode::exclusive ? "exclusive" : "shared";
}

std::string_view name_of(LockState state) {
  switch (state) {
    case LockState::free:
      return "free";
    case LockState::reserved:
      return "reserved";
    case LockState::exclusive:
      return "exclusive";
    case LockState::shared:
      return "shared";
  }
  HOLDFAST_ASSERT(!"a lock state without a name");
}

LockView show_lock(const State& state, std::string_view key, JournalTime now) {
  const Ref<Lock> ref = state.find_lock(key);
  if (ref && in_use(state.locks()[ref])) return view_of(state, state.locks()[ref], now);
  LockView view;
  view.key = key;
  if (!state.quiet()) return view;
  view.state = LockState::reserved;
  view.opens_in = std::max(Millis(0), state.quiet_until() - now);
  return view;
}

LockPage list_locks(const State& state, const LockQuery& query, JournalTime now) {
  LockPage page;
  const bool from_prefix = query.after < query.prefix;
  Ref<Lock> at = state.next_lock(from_prefix ? query.prefix : query.after, from_prefix);
  std::string last;
  for (std::size_t scanned = 0; at; ++scanned) {
    const Lock& lock = state.locks()[at];
    if (!lock.key.view().starts_with(query.prefix)) return page;
    if (page.locks.size() == query.limit || scanned == kMaxKeysScannedPerPage) {
      page.next = last;
      return page;
    }
    last = lock.key.view();
    if (in_use(lock) && (!query.state || state_of(state, lock) == *query.state)) {
      LockView view = view_of(state, lock, now);
      if (concerns_owner(view, query.owner)) page.locks.push_back(std::move(view));
    }
    at = state.next_lock(last, false);
  }
  return page;
}

std::optional<LeaseView> show_lease(const State& state, LeaseId id, JournalTime now) {
  const Ref<Lease> ref = state.find_lease(id);
  if (!ref) return std::nullopt;
  const Lease& lease = state.leases()[ref];
  LeaseView view = view_of(state, lease, now);
  for (Ref<Hold> at = lease.holds.front(); at; at = lease.holds.next(state.holds(), at)) {
    const Hold& hold = state.holds()[at];
    view.holds.push_back({std::string(state.locks()[hold.lock].key.view()), hold.mode, hold.token});
  }
  return view;
}

LeasePage list_leases(const State& state, std::string_view principal, LeaseId after, std::size_t limit,
                      JournalTime now) {
  std::vector<Ref<Lease>> matching;
  for (std::size_t slot = 0; slot < state.leases().slots(); ++slot) {
    const Lease* lease = state.leases().at_slot(slot);
    if (!lease || lease->id <= after || (!principal.empty() && lease->principal.view() != principal))
      continue;
    matching.push_back(Pool<Lease>::ref_of_slot(slot));
  }
  const auto by_id = [&](Ref<Lease> ref) { return state.leases()[ref].id; };
  const std::size_t shown = std::min(limit, matching.size());
  std::ranges::partial_sort(matching, matching.begin() + static_cast<std::ptrdiff_t>(shown), {}, by_id);
  LeasePage page;
  for (std::size_t i = 0; i < shown; ++i) {
    page.leases.push_back(view_of(state, state.leases()[matching[i]], now));
  }
  if (shown < matching.size() && shown > 0) page.next = by_id(matching[shown - 1]);
  return page;
}

std::vector<LeaseId> leases_holding(const State& state, std::string_view key) {
  std::vector<LeaseId> leases;
  const Ref<Lock> ref = state.find_lock(key);
  if (!ref) return leases;
  const auto& holders = state.locks()[ref].holders;
  for (Ref<Hold> at = holders.front(); at; at = holders.next(state.holds(), at)) {
    leases.push_back(state.leases()[state.holds()[at].lease].id);
  }
  return leases;
}

bool lease_holds(const State& state, LeaseId lease, std::string_view key) {
  const Ref<Lease> ref = state.find_lease(lease);
  const Ref<Lock> lock = state.find_lock(key);
  return ref && lock && state.find_hold(ref, lock);
}

std::optional<EndedInfo> ended_lease(const State& state, LeaseId id) {
  return how_ended(state, id);
}

bool fence_valid(const State& state, std::string_view key, FencingToken token) {
  const Ref<Lock> ref = state.find_lock(key);
  return ref && find_by_token(state, ref, token);
}

Counts count(const State& state) {
  return {state.locks().size(), state.holds().size(), state.leases().size(), state.waiters().size(),
          state.requests().size() + state.ended_leases().size()};
}

}  // namespace holdfast::lock
