#include "lock/state.h"

#include "lock/field_codec.h"

namespace holdfast::lock {
State::State() = default;
State::~State() = default;

std::uint32_t& State::TimerPosition::operator()(TimerTarget target) const {
  switch (target.kind) {
    case TimerKind::lease:
      return state->leases_[Ref<Lease>{target.number}].timer;
    case TimerKind::waiter:
      return state->waiters_[Ref<Waiter>{target.number}].timer;
    case TimerKind::hold_cap:
      return state->caps_[Ref<HoldCap>{target.number}].timer;
    case TimerKind::quiet:
      return state->quiet_timer_;
    case TimerKind::closed_key:
      break;
  }
  return state->locks_[Ref<Lock>{target.number}].timer;
}

bool State::has_deadline() const {
  return !timers_.empty() || !ended_requests_in_order_.empty() || !ended_leases_in_order_.empty();
}

SetDigest State::digest() const {
  Bytes header;
  ByteWriter out(header);
  out.raw(cell_.id);
  out.raw(cell_.secret);
  out.varint(cell_.incarnation);
  out.varint(cell_.rate_ppm);
  put(out, time_);
  put(out, wall_);
  put(out, revision_);
  put(out, epoch_);
  put(out, next_token_);
  out.varint(level_);
  put(out, quiet_until_);
  put(out, longest_ttl_);
  out.text(successor_);
  SetDigest whole = digest_;
  whole.add(header);
  return whole;
}

// One millisecond more than r asks for, because the entry's time was cut to whole milliseconds.
JournalTime State::expiry(JournalTime from, Millis ttl) const {
  if (ttl == kNoExpiry) return kNever;
  const std::int64_t stretch = (ttl.count() * cell_.rate_ppm + 999'999) / 1'000'000;
  return from + ttl + Millis(stretch + 1);
}

std::optional<Millis> State::expires_in(JournalTime expires, JournalTime now) const {
  if (expires == kNever) return std::nullopt;
  const std::int64_t left = std::max<std::int64_t>(0, (expires - now).count() - 1);
  return Millis(left * 1'000'000 / (1'000'000 + cell_.rate_ppm));
}

Ref<Hold> State::find_hold(Ref<Lease> lease, Ref<Lock> lock) const {
  if (!lease || !lock) return {};
  const Lease& owner = leases_[lease];
  if (owner.hold_count <= locks_[lock].holder_count) {
    for (Ref<Hold> at = owner.holds.front(); at; at = owner.holds.next(holds_, at)) {
      if (holds_[at].lock == lock) return at;
    }
    return {};
  }
  const auto& holders = locks_[lock].holders;
  for (Ref<Hold> at = holders.front(); at; at = holders.next(holds_, at)) {
    if (holds_[at].lease == lease) return at;
  }
  return {};
}

Ref<Lock> State::next_lock(std::string_view key, bool including) const {
  return key_order_.next(key, including);
}

Ref<Lock> State::unsettled() const {
  return unsettled_.empty() ? Ref<Lock>{} : unsettled_.front();
}

void State::begin_entry(JournalTime time, WallTime wall) {
  HOLDFAST_ASSERT(time >= time_);
  time_ = time;
  wall_ = wall;
  forget_old();
}

void State::set_cell(const Cell& cell, FencingToken first_token) {
  cell_ = cell;
  next_token_ = std::max(next_token_, first_token);
}

void State::restore_counters(Revision revision, JournalTime time, WallTime wall) {
  revision_ = revision;
  time_ = time;
  wall_ = wall;
}

// --- locks ---

Ref<Lock> State::use_lock(std::string_view key) {
  if (const Ref<Lock> found = find_lock(key)) return found;
  const Ref<Lock> ref = locks_.create();
  locks_[ref].key = Text(key);
  added(locks_[ref]);
  lock_index_.insert(key, ref);
  key_order_.add(ref);
  return ref;
}

void State::release_lock_if_unused(Ref<Lock> ref) {
  Lock& lock = locks_[ref];
  if (lock.holder_count != 0 || lock.queue_length != 0 || lock.relying != 0 || lock.closed()) return;
  if (lock.unsettled || lock.registration) return;
  key_order_.remove(ref);
  lock_index_.erase(lock.key.view());
  locks_.destroy(ref);
}

void State::close_lock(Ref<Lock> ref, JournalTime until) {
  edit(ref, [&](Lock& lock) { lock.closed_until = until; });
  timers_.set({TimerKind::closed_key, ref.number}, until == JournalTime::min() ? kNever : until);
}

void State::mark_unsettled(Ref<Lock> ref) {
  Lock& lock = locks_[ref];
  if (lock.unsettled || lock.queue_length == 0) return;
  lock.unsettled = true;
  unsettled_.push_back(ref);
}

void State::mark_settled(Ref<Lock> ref) {
  HOLDFAST_ASSERT(unsettled() == ref);
  unsettled_.pop_front();
  locks_[ref].unsettled = false;
  release_lock_if_unused(ref);
}

void State::drop_marks() {
  while (!unsettled_.empty()) mark_settled(unsettled_.front());
}

// --- leases and holds ---

Ref<Lease> State::add_lease(Lease&& lease) {
  const Ref<Lease> ref = leases_.create();
  leases_[ref] = std::move(lease);
  added(leases_[ref]);
  lease_index_.insert(leases_[ref].id.value, ref);
  timers_.set({TimerKind::lease, ref.number}, leases_[ref].expires);
  return ref;
}

void State::remove_lease(Ref<Lease> ref) {
  Lease& lease = leases_[ref];
  HOLDFAST_ASSERT(lease.hold_count == 0 && lease.waiter_count == 0 && !lease.losses);
  timers_.set({TimerKind::lease, ref.number}, kNever);
  before_change(lease);
  lease_index_.erase(lease.id.value);
  leases_.destroy(ref);
}

// By ascending token: at the back, but for a hold that became weaker and kept its token.
template <class List>
void State::insert_by_token(List& list, Ref<Hold> ref) {
  Ref<Hold> before = list.back();
  while (before && holds_[before].token > holds_[ref].token) before = list.previous(holds_, before);
  list.insert_after(holds_, before, ref);
}

void State::link_hold(Ref<Hold> ref) {
  const Hold& hold = holds_[ref];
  Lock& lock = locks_[hold.lock];
  insert_by_token(lock.holders, ref);
  ++lock.holder_count;
  if (hold.mode == Mode::shared) {
    lock.permits_used += hold.permits;
    lock.limit = hold.limit;
    ++lock.shared_users;
  }
  insert_by_token(leases_[hold.lease].holds, ref);
  ++leases_[hold.lease].hold_count;
}

void State::unlink_hold(Ref<Hold> ref) {
  const Hold& hold = holds_[ref];
  Lock& lock = locks_[hold.lock];
  lock.holders.remove(holds_, ref);
  --lock.holder_count;
  if (hold.mode == Mode::shared) {
    lock.permits_used -= hold.permits;
    if (--lock.shared_users == 0) lock.limit = 0;
  }
  leases_[hold.lease].holds.remove(holds_, ref);
  --leases_[hold.lease].hold_count;
}

Ref<Hold> State::add_hold(Hold&& hold) {
  const Ref<Hold> ref = holds_.create();
  holds_[ref] = std::move(hold);
  added(holds_[ref]);
  link_hold(ref);
  if (holds_[ref].request) ++requests_[holds_[ref].request].holds;
  if (locks_[holds_[ref].lock].registration) leases_[holds_[ref].lease].governed = true;
  return ref;
}

void State::remove_hold(Ref<Hold> ref) {
  if (holds_[ref].cap) remove_cap(ref);
  before_change(holds_[ref]);
  unlink_hold(ref);
  remove_wish_if_done(holds_[ref].lock);
  if (const Ref<Request> request = holds_[ref].request) --requests_[request].holds;
  holds_.destroy(ref);
}

// --- waiters ---

void State::link_place(Ref<Place> ref) {
  Place& place = places_[ref];
  Lock& lock = locks_[place.lock];
  if (place.relies) {
    ++lock.relying;
    return;
  }
  if (place.converts) {
    // Behind the conversions that came before it: several wait where each is a part of a larger request.
    Ref<Place> last;
    for (Ref<Place> at = lock.queue.front(); at && places_[at].converts; at = lock.queue.next(places_, at))
      last = at;
    lock.queue.insert_after(places_, last, ref);
  } else {
    lock.queue.push_back(places_, ref);
  }
  ++lock.queue_length;
  if (place.mode != Mode::shared) return;
  lock.limit = place.limit;
  ++lock.shared_users;
}

void State::unlink_place(Ref<Place> ref) {
  const Place& place = places_[ref];
  Lock& lock = locks_[place.lock];
  if (place.relies) {
    --lock.relying;
    return;
  }
  lock.queue.remove(places_, ref);
  --lock.queue_length;
  if (place.mode == Mode::shared && --lock.shared_users == 0) lock.limit = 0;
}

Ref<Waiter> State::add_waiter(Waiter&& waiter, std::vector<Place>&& places) {
  const Ref<Waiter> ref = waiters_.create();
  waiters_[ref] = std::move(waiter);
  for (Place& place : places) {
    const Ref<Place> at = places_.create();
    places_[at] = std::move(place);
    places_[at].waiter = ref;
    link_place(at);
    waiters_[ref].places.push_back(at);
  }
  const Waiter& added_waiter = waiters_[ref];
  added(waiters_[ref]);
  waiter_index_.insert(added_waiter.id.value, ref);
  if (added_waiter.lease) {
    leases_[added_waiter.lease].waiters.push_back(waiters_, ref);
    ++leases_[added_waiter.lease].waiter_count;
  }
  if (added_waiter.request) requests_[added_waiter.request].waiter = ref;
  timers_.set({TimerKind::waiter, ref.number}, added_waiter.due());
  return ref;
}

void State::remove_waiter(Ref<Waiter> ref) {
  Waiter& waiter = waiters_[ref];
  timers_.set({TimerKind::waiter, ref.number}, kNever);
  before_change(waiter);
  if (waiter.lease) {
    leases_[waiter.lease].waiters.remove(waiters_, ref);
    --leases_[waiter.lease].waiter_count;
  }
  if (waiter.request) requests_[waiter.request].waiter = {};
  waiter_index_.erase(waiter.id.value);
  for (const Ref<Place> place : waiter.places) {
    const Ref<Lock> lock = places_[place].lock;
    unlink_place(place);
    places_.destroy(place);
    mark_unsettled(lock);
  }
  waiters_.destroy(ref);
}

}  // namespace holdfast::lock
