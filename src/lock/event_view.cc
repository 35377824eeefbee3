#include "lock/event_view.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "lock/info.h"

namespace holdfast::lock {
namespace {

constexpr std::array<std::pair<EventKind, std::string_view>, kEventKindCount> kKinds{{
    {EventKind::cell_created, "cell_created"},
    {EventKind::took_over, "took_over"},
    {EventKind::lease_opened, "lease_opened"},
    {EventKind::granted, "granted"},
    {EventKind::released, "released"},
    {EventKind::expired, "expired"},
    {EventKind::undelivered, "undelivered"},
    {EventKind::broken, "broken"},
    {EventKind::max_hold, "max_hold"},
    {EventKind::wait_began, "wait_began"},
    {EventKind::wait_ended, "wait_ended"},
    {EventKind::key_opened, "key_opened"},
    {EventKind::registered, "registered"},
    {EventKind::unregistered, "unregistered"},
    {EventKind::release_requested, "release_requested"},
    {EventKind::refused, "refused"},
    {EventKind::restored, "restored"},
    {EventKind::reopened, "reopened"},
    {EventKind::sealed, "sealed"},
    {EventKind::level_raised, "level_raised"},
}};

EventKind kind_of(Ended how) {
  switch (how) {
    case Ended::release:
      return EventKind::released;
    case Ended::expiry:
      return EventKind::expired;
    case Ended::undelivered:
      return EventKind::undelivered;
    case Ended::broken:
      return EventKind::broken;
    case Ended::max_hold:
      return EventKind::max_hold;
  }
  HOLDFAST_ASSERT(!"an end without a kind");
}

// One overload per event: fills in what it is told as, or says that it is not told.
class Viewer {
 public:
  Viewer(const State& state, Revision revision, EventViewRef& told)
      : state_(state), revision_(revision), told_(told) {}

  bool operator()(const CellCreated&) { return is(EventKind::cell_created); }

  bool operator()(const TookOver& event) {
    told_.number = event.epoch.value;
    return is(EventKind::took_over);
  }

  bool operator()(const LeaseOpened& event) {
    if (!event.shared) return false;
    told_.lease = LeaseId{revision_.value};
    told_.owner = event.owner;
    told_.principal = event.principal;
    told_.ttl = event.ttl;
    return is(EventKind::lease_opened);
  }

  bool operator()(const Granted& event) {
    told_.ttl = set_lease(event.lease).ttl();
    told_.waiter = event.waiter;
    told_.reason = event.reason;
    for (const GrantedKey& key : event.keys) {
      told_.keys.push_back({key.key, key.mode, shown_group(key.mode, key.group), key.permits, key.token});
    }
    return is(EventKind::granted);
  }

  bool operator()(const LeaseRenewed&) { return false; }

  bool operator()(const LeaseEnded& event) {
    add_all_keys(set_lease(event.lease));
    return is(kind_of(event.how));
  }

  bool operator()(const Released& event) {
    set_lease(event.lease);
    add_keys(event.keys);
    return is(kind_of(event.how));
  }

  bool operator()(const WaitBegan& event) {
    told_.waiter = WaiterId{revision_.value};
    told_.lease = event.lease;
    told_.owner = event.owner;
    told_.principal = event.principal;
    told_.reason = event.reason;
    told_.ttl = event.ttl;
    for (const WaitedItem& item : event.items) {
      told_.keys.push_back({item.key, item.mode, shown_group(item.mode, item.group), item.permits, {}});
    }
    return is(EventKind::wait_began);
  }

  bool operator()(const WaiterAttached&) { return false; }
  bool operator()(const WaiterDetached&) { return false; }

  bool operator()(const WaitEnded& event) {
    const Ref<Waiter> ref = state_.find_waiter(event.waiter);
    HOLDFAST_ASSERT(ref);
    const Waiter& waiter = state_.waiters()[ref];
    told_.waiter = event.waiter;
    told_.lease = waiter.lease_id;
    told_.owner = waiter.owner.view();
    told_.principal = waiter.principal.view();
    told_.outcome = name_of(event.how);
    told_.by = event.by;
    told_.reason = event.reason;
    for (const Ref<Place> place : waiter.places) add_waited_key(state_.places()[place]);
    return is(EventKind::wait_ended);
  }

  bool operator()(const GrantDetached&) { return false; }
  bool operator()(const GrantAttached&) { return false; }

  bool operator()(const KeyOpened& event) { return is_about(EventKind::key_opened, event.key); }

  bool operator()(const LockRegistered& event) {
    told_.by = event.by;
    return is_about(EventKind::registered, event.key);
  }

  bool operator()(const LockUnregistered& event) {
    told_.by = event.by;
    return is_about(EventKind::unregistered, event.key);
  }

  bool operator()(const HoldsBroken& event) {
    const Lease& lease = set_lease(event.lease);
    told_.by = event.by;
    told_.reason = event.reason;
    if (event.now) told_.outcome = "now";
    event.keys.empty() ? add_all_keys(lease) : add_keys(event.keys);
    return is(EventKind::broken);
  }

  bool operator()(const LossesAcknowledged&) { return false; }

  bool operator()(const ReleaseRequested& event) {
    told_.by = event.by;
    told_.reason = event.reason;
    return is_about(EventKind::release_requested, event.key);
  }

  bool operator()(const AcquireRefused& event) {
    told_.owner = event.owner;
    told_.principal = event.principal;
    told_.reason = event.reason;
    told_.outcome = name_of(event.why);
    return is_about(EventKind::refused, event.key);
  }

  bool operator()(const RequestRemembered&) { return false; }
  bool operator()(const DocumentStored&) { return false; }
  bool operator()(const DocumentRemoved&) { return false; }

  bool operator()(const Restored& event) {
    told_.number = event.incarnation;
    return is(EventKind::restored);
  }

  bool operator()(const Reopened&) { return is(EventKind::reopened); }

  bool operator()(const Sealed& event) {
    told_.outcome = event.successor;
    return is(EventKind::sealed);
  }

  bool operator()(const LevelRaised& event) {
    told_.number = event.level;
    return is(EventKind::level_raised);
  }

 private:
  bool is(EventKind kind) {
    told_.kind = kind;
    return true;
  }

  bool is_about(EventKind kind, std::string_view key) {
    told_.keys.push_back({.key = key});
    return is(kind);
  }

  // Holds of the lease that the view is of.
  void add_keys(const std::vector<std::string>& keys) {
    const Ref<Lease> lease = state_.find_lease(told_.lease);
    for (const std::string& key : keys) {
      const Ref<Hold> hold = state_.find_hold(lease, state_.find_lock(key));
      HOLDFAST_ASSERT(hold);
      add_held_key(state_.holds()[hold]);
    }
  }

  // The lease ends with all its holds.
  void add_all_keys(const Lease& lease) {
    told_.lease_ended = true;
    for (Ref<Hold> at = lease.holds.front(); at; at = lease.holds.next(state_.holds(), at)) {
      add_held_key(state_.holds()[at]);
    }
  }

  const Lease& set_lease(LeaseId id) {
    const Ref<Lease> ref = state_.find_lease(id);
    HOLDFAST_ASSERT(ref);
    const Lease& lease = state_.leases()[ref];
    told_.lease = id;
    told_.owner = lease.owner.view();
    told_.principal = lease.principal.view();
    return lease;
  }

  void add_held_key(const Hold& hold) {
    told_.keys.push_back({state_.locks()[hold.lock].key.view(), hold.mode,
                          shown_group(hold.mode, hold.group.view()), hold.permits, hold.token});
  }

  void add_waited_key(const Place& place) {
    told_.keys.push_back({state_.locks()[place.lock].key.view(),
                          place.mode,
                          shown_group(place.mode, place.group.view()),
                          place.permits,
                          {}});
  }

  const State& state_;
  Revision revision_;
  EventViewRef& told_;
};

// Its list of keys keeps its memory.
void begin_view(EventViewRef& told, Revision revision, WallTime at) {
  std::vector<BasicEventKey<std::string_view>> keys = std::move(told.keys);
  keys.clear();
  told = {.revision = revision, .at = at, .keys = std::move(keys)};
}

}  // namespace

std::string_view name_of(EventKind kind) {
  const auto& [listed, name] = kKinds[static_cast<std::size_t>(kind)];
  HOLDFAST_ASSERT(listed == kind);
  return name;
}

std::optional<EventKind> event_kind_of(std::string_view name) {
  const auto* const found =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& kind) { return kind.second == name; });
  if (found == kKinds.end()) return std::nullopt;
  return found->first;
}

std::string_view name_of(WaitEnd how) {
  switch (how) {
    case WaitEnd::timed_out:
      return "timed_out";
    case WaitEnd::cancelled:
      return "cancelled";
    case WaitEnd::disconnected:
      return "disconnected";
    case WaitEnd::not_reattached:
      return "not_reattached";
    case WaitEnd::lease_ended:
      return "lease_ended";
    case WaitEnd::hold_lost:
      return "hold_lost";
    case WaitEnd::broken:
      return "broken";
  }
  HOLDFAST_ASSERT(!"an end of a wait without a name");
}

std::string_view name_of(Refusal why) {
  switch (why) {
    case Refusal::held:
      return "held";
    case Refusal::deadlock:
      return "deadlock";
    case Refusal::limit_mismatch:
      return "limit_mismatch";
    case Refusal::lock_delay:
      return "lock_delay";
    case Refusal::already_held:
      return "already_held";
    case Refusal::not_allowed:
      return "not_allowed";
  }
  HOLDFAST_ASSERT(!"a refusal without a name");
}

bool make_view(const State& before, const Event& event, Revision revision, WallTime at, EventViewRef& told) {
  begin_view(told, revision, at);
  return std::visit(Viewer(before, revision, told), event);
}

}  // namespace holdfast::lock
