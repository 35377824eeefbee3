#include "lock/evolve.h"

#include "lock/evolve_admin.h"
#include "lock/evolve_end.h"

namespace holdfast::lock {
namespace {

// How long a takeover keeps the place of a waiter that may be retried, at least (protocol.md 18).
constexpr Millis kTakeoverReattach{5'000};

class Evolve {
 public:
  explicit Evolve(State& state) : state_(state), now_(state.time()) {}

  void operator()(const CellCreated& event) {
    HOLDFAST_ASSERT(state_.cell().incarnation == 0);
    state_.set_cell({event.cell, event.secret, event.incarnation, event.rate_ppm}, event.first_token);
  }

  void operator()(const TookOver& event) {
    HOLDFAST_ASSERT(event.epoch > state_.epoch());
    state_.set_epoch(event.epoch);
    for (std::size_t slot = 0; slot < state_.waiters().slots(); ++slot) {
      if (state_.waiters().at_slot(slot)) take_over(Pool<Waiter>::ref_of_slot(slot));
    }
    for (std::size_t slot = 0; slot < state_.leases().slots(); ++slot) {
      const Lease* lease = state_.leases().at_slot(slot);
      if (lease && lease->unclaimed) keep_unclaimed(Pool<Lease>::ref_of_slot(slot));
    }
  }

  void operator()(const LeaseOpened& event) {
    const LeaseId id{state_.revision().value};
    Lease lease;
    lease.id = id;
    lease.expires = state_.expiry(now_, event.expires_in);
    lease.principal = Text(event.principal);
    lease.owner = Text(event.owner);
    lease.metadata = Text(event.metadata);
    set_alias(lease, event.alias);
    lease.ttl_ms = static_cast<std::int32_t>(event.ttl.count());
    lease.shared = event.shared;
    lease.reattach_ms = static_cast<std::int32_t>(event.reattach.count());
    lease.unclaimed = event.expires_in != event.ttl;
    if (event.request) {
      Request request{.tag = event.request, .lease_id = id, .kind = Request::Kind::opened_lease};
      lease.request = state_.add_request(std::move(request));
    }
    state_.add_lease(std::move(lease));
    state_.saw_ttl(event.ttl);
  }

  void operator()(const Granted& event) {
    const Ref<Lease> lease = lease_of(event.lease);
    Ref<Request> request = granted_request(event);
    // A cap of a hold ends an unshared lease whole, so it comes only with the first holds: the owner was told
    // how long those before last.
    const bool capped = state_.leases()[lease].shared || state_.leases()[lease].hold_count == 0;
    for (const GrantedKey& key : event.keys) grant(lease, request, event.reason, key, capped);
  }

  void operator()(const LeaseRenewed& event) {
    const Ref<Lease> ref = lease_of(event.lease);
    state_.edit(ref, [&](Lease& lease) {
      lease.ttl_ms = static_cast<std::int32_t>(event.ttl.count());
      lease.expires = std::max(lease.expires, state_.expiry(now_, event.ttl));
      lease.unclaimed = false;
    });
    state_.set_timer(ref);
    state_.saw_ttl(event.ttl);
  }

  void operator()(const LeaseEnded& event) {
    const Ref<Lease> ref = lease_of(event.lease);
    const Lease& lease = state_.leases()[ref];
    std::vector<Text> keys;
    while (lease.holds.front()) {
      remember_key(event.request, keys, lease.holds.front());
      end_hold_of(lease.holds.front(), event.how, event.keep_for);
    }
    end_lease_record(state_, ref, event.how, nullptr);
    remember_release(event.request, event.lease, std::move(keys));
  }

  void operator()(const Released& event) {
    const Ref<Lease> lease = lease_of(event.lease);
    std::vector<Text> keys;
    for (const std::string& key : event.keys) {
      const Ref<Hold> hold = state_.find_hold(lease, state_.find_lock(key));
      HOLDFAST_ASSERT(hold);
      remember_key(event.request, keys, hold);
      if (event.how == Ended::max_hold) lose(lease, hold, event.how);
      end_hold_of(hold, event.how, event.keep_for);
    }
    remember_release(event.request, event.lease, std::move(keys));
  }

  void operator()(const WaitBegan& event) {
    Waiter waiter;
    waiter.id = WaiterId{state_.revision().value};
    waiter.lease_id = event.lease;
    waiter.ttl = event.ttl;
    waiter.claim = event.claim;
    waiter.reattach = event.reattach;
    waiter.since = waiter.attached_since = now_;
    waiter.deadline = event.wait == kNoDeadline ? kNever : now_ + event.wait;
    waiter.principal = Text(event.principal);
    waiter.owner = Text(event.owner);
    waiter.reason = Text(event.reason);
    waiter.metadata = Text(event.metadata);
    set_alias(waiter, event.alias);
    if (event.lease) waiter.lease = lease_of(event.lease);
    if (event.request) waiter.request = state_.add_request({.tag = event.request, .lease_id = event.lease});
    state_.add_waiter(std::move(waiter), places_of(event));
  }

  void operator()(const WaiterAttached& event) {
    const Ref<Waiter> ref = waiter_of(event.waiter);
    state_.edit(ref, [&](Waiter& waiter) {
      waiter.deadline = event.wait == kNoDeadline ? kNever : now_ + event.wait;
      waiter.detached_until = kNever;
      waiter.attached_since = now_;
    });
    state_.set_timer(ref);
    for (const Ref<Place> place : state_.waiters()[ref].places)
      state_.mark_unsettled(state_.places()[place].lock);
  }

  void operator()(const WaiterDetached& event) { detach(waiter_of(event.waiter), event.reattach); }

  void operator()(const WaitEnded& event) {
    const Ref<Waiter> ref = waiter_of(event.waiter);
    const Ref<Request> request = state_.waiters()[ref].request;
    const std::vector<Ref<Lock>> locks = locks_of(ref);
    state_.remove_waiter(ref);
    for (const Ref<Lock> lock : locks) state_.release_lock_if_unused(lock);
    if (!request) return;
    // Nobody was told anything, so a client that comes back later may begin anew.
    if (event.how == WaitEnd::disconnected || event.how == WaitEnd::not_reattached) {
      state_.remove_request(request);
      return;
    }
    state_.edit(request, [&](Request& ended) {
      ended.kind = Request::Kind::ended_wait;
      ended.wait_end = event.how;
    });
    state_.remember_ended(request);
  }

  void operator()(const GrantDetached& event) {
    const Ref<Lease> ref = lease_of(event.lease);
    state_.edit(ref, [&](Lease& lease) {
      lease.expires = std::min(lease.expires, state_.expiry(now_, event.reattach));
      lease.reattach_ms = static_cast<std::int32_t>(event.reattach.count());
      lease.unclaimed = true;
    });
    state_.set_timer(ref);
  }

  void operator()(const GrantAttached& event) {
    const Ref<Lease> ref = lease_of(event.lease);
    state_.edit(ref, [&](Lease& lease) {
      lease.expires = std::max(lease.expires, state_.expiry(now_, lease.ttl()));
      lease.unclaimed = false;
    });
    state_.set_timer(ref);
  }

  void operator()(const KeyOpened& event) {
    const Ref<Lock> lock = state_.find_lock(event.key);
    HOLDFAST_ASSERT(lock);
    state_.close_lock(lock, JournalTime::min());
    state_.mark_unsettled(lock);
    state_.release_lock_if_unused(lock);
  }

  void operator()(const AcquireRefused&) {}
  void operator()(const Sealed& event) { state_.seal(event.successor); }
  void operator()(const LevelRaised& event) { state_.raise_level(event.level); }
  void operator()(const auto& event) { evolve_admin(state_, event); }

 private:
  Ref<Lease> lease_of(LeaseId id) const {
    const Ref<Lease> lease = state_.find_lease(id);
    HOLDFAST_ASSERT(lease);
    return lease;
  }

  Ref<Waiter> waiter_of(WaiterId id) const {
    const Ref<Waiter> waiter = state_.find_waiter(id);
    HOLDFAST_ASSERT(waiter);
    return waiter;
  }

  std::vector<Ref<Lock>> locks_of(Ref<Waiter> ref) const {
    std::vector<Ref<Lock>> locks;
    for (const Ref<Place> place : state_.waiters()[ref].places) locks.push_back(state_.places()[place].lock);
    return locks;
  }

  std::vector<Place> places_of(const WaitBegan& event) {
    std::vector<Place> places;
    for (const WaitedItem& item : event.items) {
      Place place;
      place.group = Text(item.group);
      place.permits = item.permits;
      place.limit = item.limit;
      place.mode = item.mode;
      place.converts = item.converts;
      place.relies = item.relies;
      place.lock = state_.use_lock(item.key);
      places.push_back(std::move(place));
    }
    return places;
  }

  // The waiter that was granted goes; its request, or a new one, lives on with the holds.
  Ref<Request> granted_request(const Granted& event) {
    Ref<Request> request;
    if (event.waiter) {
      const Ref<Waiter> waiter = waiter_of(event.waiter);
      request = state_.waiters()[waiter].request;
      state_.remove_waiter(waiter);
    } else if (event.request) {
      request = state_.add_request({.tag = event.request});
    }
    if (request) {
      state_.edit(request, [&](Request& granted) {
        granted.kind = Request::Kind::granted;
        granted.lease_id = event.lease;
      });
    }
    return request;
  }

  void grant(Ref<Lease> lease, Ref<Request> request, const std::string& reason, const GrantedKey& key,
             bool capped) {
    const Ref<Lock> lock = state_.use_lock(key.key);
    const Ref<Hold> held = state_.find_hold(lease, lock);
    state_.used_token(key.token);
    if (held) {
      convert(held, request, reason, key);
    } else {
      Hold hold;
      hold.token = key.token;
      hold.since = now_;
      hold.acquired_at = state_.wall();
      hold.group = Text(key.group);
      hold.reason = Text(reason);
      hold.permits = key.permits;
      hold.limit = key.limit;
      hold.mode = key.mode;
      hold.lock = lock;
      hold.lease = lease;
      hold.request = request;
      const Ref<Hold> added = state_.add_hold(std::move(hold));
      if (capped) cap(added, lock);
    }
    state_.mark_unsettled(lock);
  }

  void convert(Ref<Hold> held, Ref<Request> request, const std::string& reason, const GrantedKey& key) {
    const Ref<Request> before = state_.holds()[held].request;
    state_.convert_hold(held, [&](Hold& hold) {
      if (hold.token != key.token) {
        hold.since = now_;
        hold.acquired_at = state_.wall();
      }
      hold.token = key.token;
      hold.group = Text(key.group);
      hold.reason = Text(reason);
      hold.permits = key.permits;
      hold.limit = key.limit;
      hold.mode = key.mode;
      hold.request = request;
    });
    if (before) end_request_without_holds(state_, before, Ended::release);
  }

  JournalTime closed_until(Ref<Hold> hold, Ended how, Millis keep_for) const {
    const JournalTime kept = keep_for > Millis(0) ? now_ + keep_for : kNotClosed;
    return std::max(kept, closed_after(state_, state_.holds()[hold].lock, how, now_));
  }

  void end_hold_of(Ref<Hold> hold, Ended how, Millis keep_for) {
    end_hold(state_, hold, how, closed_until(hold, how, keep_for));
  }

  // A shared lease lives on, and its owner must learn what it has lost.
  void lose(Ref<Lease> lease, Ref<Hold> hold, Ended how) {
    Loss loss;
    loss.token = state_.holds()[hold].token;
    loss.key = Text(state_.locks()[state_.holds()[hold].lock].key.view());
    loss.how = how;
    state_.add_loss(lease, std::move(loss));
  }

  // The lease of an acquire is told its cap by `expires_in`; a cap that a hold has already stays.
  void cap(Ref<Hold> hold, Ref<Lock> lock) {
    const Settings* settings = state_.settings(lock);
    if (!settings || settings->max_hold == Millis(0)) return;
    state_.add_cap(hold, state_.expiry(now_, settings->max_hold));
  }

  void remember_key(const RequestTag& tag, std::vector<Text>& keys, Ref<Hold> hold) const {
    if (!tag || keys.size() == kMaxKeysPerAcquire) return;
    keys.emplace_back(state_.locks()[state_.holds()[hold].lock].key.view());
  }

  void remember_release(const RequestTag& tag, LeaseId lease, std::vector<Text>&& keys) {
    if (!tag) return;
    Request request;
    request.tag = tag;
    request.lease_id = lease;
    request.released = std::move(keys);
    request.kind = Request::Kind::released;
    state_.remember_ended(state_.add_request(std::move(request)));
  }

  void detach(Ref<Waiter> ref, Millis reattach) {
    state_.edit(ref, [&](Waiter& waiter) { waiter.detached_until = now_ + reattach; });
    state_.set_timer(ref);
  }

  void take_over(Ref<Waiter> ref) {
    const Waiter& waiter = state_.waiters()[ref];
    if (waiter.request) {
      for (const Ref<Place> place : waiter.places) state_.mark_unsettled(state_.places()[place].lock);
      return detach(ref, std::max(waiter.reattach, kTakeoverReattach));
    }
    const std::vector<Ref<Lock>> locks = locks_of(ref);
    state_.remove_waiter(ref);
    for (const Ref<Lock> lock : locks) state_.release_lock_if_unused(lock);
  }

  void keep_unclaimed(Ref<Lease> ref) {
    state_.edit(ref, [&](Lease& lease) {
      const Millis kept = std::max(lease.reattach(), kTakeoverReattach);
      lease.expires = std::max(lease.expires, state_.expiry(now_, kept));
    });
    state_.set_timer(ref);
  }

  State& state_;
  JournalTime now_;
};

}  // namespace

void evolve(State& state, const Event& event) {
  state.count_event();
  std::visit(Evolve(state), event);
}

}  // namespace holdfast::lock
