#include "lock/state.h"

// What governs a lock or a lease besides its own rules: registrations, caps of holds, losses that are not
// acknowledged, wishes for release, and the quiet after a restore.

namespace holdfast::lock {

const Settings* State::settings(Ref<Lock> lock) const {
  if (!lock || !locks_[lock].registration) return nullptr;
  return &registrations_[locks_[lock].registration].settings;
}

JournalTime State::end_of(const Hold& hold) const {
  const Lease& lease = leases_[hold.lease];
  if (!lease.shared) return end_of(lease, lease.expires);
  return hold.cap ? std::min(lease.expires, caps_[hold.cap].until) : lease.expires;
}

JournalTime State::end_of(const Lease& lease, JournalTime expires) const {
  if (lease.shared || !lease.governed) return expires;
  for (Ref<Hold> at = lease.holds.front(); at; at = lease.holds.next(holds_, at)) {
    if (const Ref<HoldCap> cap = holds_[at].cap) expires = std::min(expires, caps_[cap].until);
  }
  return expires;
}

void State::keep_quiet(JournalTime until) {
  quiet_until_ = until;
  timers_.set({TimerKind::quiet, 0}, until == JournalTime::min() ? kNever : until);
}

void State::raise_incarnation(std::uint64_t incarnation, FencingToken token, Revision revision) {
  cell_.incarnation = incarnation;
  next_token_ = std::max(next_token_, token);
  revision_ = std::max(revision_, revision);
}

// --- caps ---

void State::add_cap(Ref<Hold> hold, JournalTime until) {
  const Ref<HoldCap> ref = caps_.create();
  caps_[ref].until = until;
  caps_[ref].hold = hold;
  holds_[hold].cap = ref;
  leases_[holds_[hold].lease].governed = true;
  added(caps_[ref]);
  timers_.set({TimerKind::hold_cap, ref.number}, until);
}

void State::remove_cap(Ref<Hold> hold) {
  const Ref<HoldCap> ref = std::exchange(holds_[hold].cap, {});
  timers_.set({TimerKind::hold_cap, ref.number}, kNever);
  before_change(caps_[ref]);
  caps_.destroy(ref);
}

// --- losses ---

void State::add_loss(Ref<Lease> lease, Loss&& loss) {
  remove_loss(lease, loss.key.view());
  const Ref<Loss> ref = losses_.create();
  losses_[ref] = std::move(loss);
  losses_[ref].lease = lease;
  losses_[ref].next = leases_[lease].losses;
  leases_[lease].losses = ref;
  added(losses_[ref]);
}

void State::remove_loss(Ref<Lease> lease, std::string_view key) {
  Ref<Loss>* link = &leases_[lease].losses;
  while (*link && losses_[*link].key.view() != key) link = &losses_[*link].next;
  const Ref<Loss> found = *link;
  if (!found) return;
  before_change(losses_[found]);
  *link = losses_[found].next;
  losses_.destroy(found);
}

void State::remove_losses(Ref<Lease> lease) {
  while (const Ref<Loss> newest = leases_[lease].losses) {
    before_change(losses_[newest]);
    leases_[lease].losses = losses_[newest].next;
    losses_.destroy(newest);
  }
}

// --- registrations ---

void State::add_registration(Ref<Lock> lock, Registration&& registration) {
  const std::uint32_t limit = registration.settings.limit;
  if (const Ref<Registration> present = locks_[lock].registration) {
    edit(present, [&](Registration& changed) {
      changed.version = registration.version;
      changed.settings = std::move(registration.settings);
    });
  } else {
    const Ref<Registration> ref = registrations_.create();
    registrations_[ref] = std::move(registration);
    registrations_[ref].lock = lock;
    locks_[lock].registration = ref;
    added(registrations_[ref]);
  }
  govern_holders(lock);
  if (limit != 0 && locks_[lock].shared_users != 0) set_limit(lock, limit);
}

void State::remove_registration(Ref<Lock> lock) {
  const Ref<Registration> ref = std::exchange(locks_[lock].registration, {});
  before_change(registrations_[ref]);
  registrations_.destroy(ref);
}

void State::govern_holders(Ref<Lock> lock) {
  const auto& holders = locks_[lock].holders;
  for (Ref<Hold> at = holders.front(); at; at = holders.next(holds_, at)) {
    leases_[holds_[at].lease].governed = true;
  }
}

void State::set_limit(Ref<Lock> ref, std::uint32_t limit) {
  Lock& lock = locks_[ref];
  if (lock.limit == limit) return;
  for (Ref<Hold> at = lock.holders.front(); at; at = lock.holders.next(holds_, at)) {
    if (holds_[at].mode == Mode::shared) edit(at, [&](Hold& hold) { hold.limit = limit; });
  }
  for (Ref<Place> at = lock.queue.front(); at; at = lock.queue.next(places_, at)) {
    if (places_[at].mode != Mode::shared) continue;
    edit(places_[at].waiter, [&](Waiter&) { places_[at].limit = limit; });
  }
  lock.limit = limit;
  mark_unsettled(ref);
}

// --- wishes ---

void State::add_wish(Ref<Lock> lock, ReleaseWish&& wish) {
  if (locks_[lock].wish) remove_wish(lock);
  const Ref<ReleaseWish> ref = wishes_.create();
  wishes_[ref] = std::move(wish);
  wishes_[ref].lock = lock;
  locks_[lock].wish = ref;
  added(wishes_[ref]);
  govern_holders(lock);
}

void State::remove_wish(Ref<Lock> lock) {
  const Ref<ReleaseWish> ref = std::exchange(locks_[lock].wish, {});
  before_change(wishes_[ref]);
  wishes_.destroy(ref);
}

void State::remove_wish_if_done(Ref<Lock> ref) {
  const Lock& lock = locks_[ref];
  if (!lock.wish) return;
  const Ref<Hold> oldest = lock.holders.front();
  if (!oldest || holds_[oldest].token >= wishes_[lock.wish].before) remove_wish(ref);
}

}  // namespace holdfast::lock
