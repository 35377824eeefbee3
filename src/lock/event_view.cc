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

// One overload per event: what it is told as, or nothing.
class Viewer {
 public:
  using View = std::optional<EventView>;

  Viewer(const State& state, Revision revision, WallTime at) : state_(state), revision_(revision), at_(at) {}

  View operator()(const CellCreated&) const { return view(EventKind::cell_created); }

  View operator()(const TookOver& event) const {
    EventView told = view(EventKind::took_over);
    told.number = event.epoch.value;
    return told;
  }

  View operator()(const LeaseOpened& event) const {
    if (!event.shared) return std::nullopt;
    EventView told = view(EventKind::lease_opened);
    told.lease = LeaseId{revision_.value};
    told.owner = event.owner;
    told.principal = event.principal;
    told.ttl = event.ttl;
    return told;
  }

  View operator()(const Granted& event) const {
    EventView told = view(EventKind::granted);
    told.ttl = set_lease(told, event.lease).ttl();
    told.waiter = event.waiter;
    told.reason = event.reason;
    told.keys.reserve(event.keys.size());
    for (const GrantedKey& key : event.keys) {
      told.keys.push_back({key.key, key.mode, shown_group(key.mode, key.group), key.permits, key.token});
    }
    return told;
  }

  View operator()(const LeaseRenewed&) const { return std::nullopt; }

  View operator()(const LeaseEnded& event) const {
    EventView told = view(kind_of(event.how));
    const Lease& lease = set_lease(told, event.lease);
    set_all_keys(told, lease);
    return told;
  }

  View operator()(const Released& event) const {
    EventView told = view(kind_of(event.how));
    set_lease(told, event.lease);
    set_keys(told, event.keys);
    return told;
  }

  View operator()(const WaitBegan& event) const {
    EventView told = view(EventKind::wait_began);
    told.waiter = WaiterId{revision_.value};
    told.lease = event.lease;
    told.owner = event.owner;
    told.principal = event.principal;
    told.reason = event.reason;
    told.ttl = event.ttl;
    told.keys.reserve(event.items.size());
    for (const WaitedItem& item : event.items) {
      told.keys.push_back({item.key, item.mode, shown_group(item.mode, item.group), item.permits, {}});
    }
    return told;
  }

  View operator()(const WaiterAttached&) const { return std::nullopt; }
  View operator()(const WaiterDetached&) const { return std::nullopt; }

  View operator()(const WaitEnded& event) const {
    const Ref<Waiter> ref = state_.find_waiter(event.waiter);
    HOLDFAST_ASSERT(ref);
    const Waiter& waiter = state_.waiters()[ref];
    EventView told = view(EventKind::wait_ended);
    told.waiter = event.waiter;
    told.lease = waiter.lease_id;
    told.owner = waiter.owner.view();
    told.principal = waiter.principal.view();
    told.outcome = name_of(event.how);
    told.by = event.by;
    told.reason = event.reason;
    told.keys.reserve(waiter.places.size());
    for (const Ref<Place> place : waiter.places) told.keys.push_back(waited_key(state_.places()[place]));
    return told;
  }

  View operator()(const GrantDetached&) const { return std::nullopt; }
  View operator()(const GrantAttached&) const { return std::nullopt; }

  View operator()(const KeyOpened& event) const { return about(EventKind::key_opened, event.key); }

  View operator()(const LockRegistered& event) const {
    EventView told = about(EventKind::registered, event.key);
    told.by = event.by;
    return told;
  }

  View operator()(const LockUnregistered& event) const {
    EventView told = about(EventKind::unregistered, event.key);
    told.by = event.by;
    return told;
  }

  View operator()(const HoldsBroken& event) const {
    EventView told = view(EventKind::broken);
    const Lease& lease = set_lease(told, event.lease);
    told.by = event.by;
    told.reason = event.reason;
    if (event.now) told.outcome = "now";
    if (event.keys.empty()) {
      set_all_keys(told, lease);
    } else {
      set_keys(told, event.keys);
    }
    return told;
  }

  View operator()(const LossesAcknowledged&) const { return std::nullopt; }

  View operator()(const ReleaseRequested& event) const {
    EventView told = about(EventKind::release_requested, event.key);
    told.by = event.by;
    told.reason = event.reason;
    return told;
  }

  View operator()(const AcquireRefused& event) const {
    EventView told = about(EventKind::refused, event.key);
    told.owner = event.owner;
    told.principal = event.principal;
    told.reason = event.reason;
    told.outcome = name_of(event.why);
    return told;
  }

  View operator()(const RequestRemembered&) const { return std::nullopt; }

  View operator()(const Restored& event) const {
    EventView told = view(EventKind::restored);
    told.number = event.incarnation;
    return told;
  }

  View operator()(const Reopened&) const { return view(EventKind::reopened); }

  View operator()(const Sealed& event) const {
    EventView told = view(EventKind::sealed);
    told.outcome = event.successor;
    return told;
  }

  View operator()(const LevelRaised& event) const {
    EventView told = view(EventKind::level_raised);
    told.number = event.level;
    return told;
  }

 private:
  EventView view(EventKind kind) const {
    EventView told;
    told.revision = revision_;
    told.at = at_;
    told.kind = kind;
    return told;
  }

  EventView about(EventKind kind, const std::string& key) const {
    EventView told = view(kind);
    told.keys.push_back({.key = key});
    return told;
  }

  // Holds of the lease that the view is of.
  void set_keys(EventView& told, const std::vector<std::string>& keys) const {
    const Ref<Lease> lease = state_.find_lease(told.lease);
    told.keys.reserve(keys.size());
    for (const std::string& key : keys) {
      const Ref<Hold> hold = state_.find_hold(lease, state_.find_lock(key));
      HOLDFAST_ASSERT(hold);
      told.keys.push_back(held_key(state_.holds()[hold]));
    }
  }

  // The lease ends with all its holds.
  void set_all_keys(EventView& told, const Lease& lease) const {
    told.lease_ended = true;
    told.keys.reserve(lease.hold_count);
    for (Ref<Hold> at = lease.holds.front(); at; at = lease.holds.next(state_.holds(), at)) {
      told.keys.push_back(held_key(state_.holds()[at]));
    }
  }

  const Lease& set_lease(EventView& told, LeaseId id) const {
    const Ref<Lease> ref = state_.find_lease(id);
    HOLDFAST_ASSERT(ref);
    const Lease& lease = state_.leases()[ref];
    told.lease = id;
    told.owner = lease.owner.view();
    told.principal = lease.principal.view();
    return lease;
  }

  EventKey held_key(const Hold& hold) const {
    return {std::string(state_.locks()[hold.lock].key.view()), hold.mode,
            shown_group(hold.mode, hold.group.view()), hold.permits, hold.token};
  }

  EventKey waited_key(const Place& place) const {
    return {std::string(state_.locks()[place.lock].key.view()),
            place.mode,
            shown_group(place.mode, place.group.view()),
            place.permits,
            {}};
  }

  const State& state_;
  Revision revision_;
  WallTime at_;
};

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

std::optional<EventView> view_of(const State& before, const Event& event, Revision revision, WallTime at) {
  return std::visit(Viewer(before, revision, at), event);
}

}  // namespace holdfast::lock
