#include "lock/invariants.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "lock/findings.h"
#include "lock/grantable.h"
#include "lock/invariants_governance.h"
#include "lock/key.h"
#include "lock/record_codec.h"

// The truth (design.md section 4) is in the holds, waiters, leases and requests; everything else in the state
// repeats it so that it can be found or counted fast. The checks here recount it the slow way.

namespace holdfast::lock {
namespace {

template <class T>
void add_records(const State& state, const Pool<T>& pool, SetDigest& digest) {
  Bytes bytes;
  for_each(pool, [&](Ref<T>, const T& record) {
    bytes.clear();
    ByteWriter out(bytes);
    encode_record(state, record, out);
    if (!bytes.empty()) digest.add(bytes);
  });
}

}  // namespace

SetDigest recomputed_digest(const State& state) {
  SetDigest digest;
  add_records(state, state.locks(), digest);
  add_records(state, state.holds(), digest);
  add_records(state, state.leases(), digest);
  add_records(state, state.waiters(), digest);
  add_records(state, state.requests(), digest);
  add_records(state, state.ended_leases(), digest);
  add_records(state, state.caps(), digest);
  add_records(state, state.losses(), digest);
  add_records(state, state.registrations(), digest);
  add_records(state, state.wishes(), digest);
  add_records(state, state.documents(), digest);
  return digest;
}

class Invariants : Findings {
 public:
  explicit Invariants(const State& state) : state_(state) {}

  std::vector<std::string> run() {
    for_each(state_.places(), [&](Ref<Place>, const Place& place) { relying_[place.lock] += place.relies; });
    for_each(state_.locks(), [&](Ref<Lock> ref, const Lock& lock) { check_lock(ref, lock); });
    for_each(state_.holds(), [&](Ref<Hold> ref, const Hold& hold) { check_hold(ref, hold); });
    for_each(state_.leases(), [&](Ref<Lease> ref, const Lease& lease) { check_lease(ref, lease); });
    for_each(state_.waiters(), [&](Ref<Waiter> ref, const Waiter& waiter) { check_waiter(ref, waiter); });
    for_each(state_.requests(),
             [&](Ref<Request> ref, const Request& request) { check_request(ref, request); });
    check_governance(state_, *this);
    check_remembered();
    check_unsettled();
    check_timers();
    check_indexes();
    expect(recomputed_digest(state_) == state_.digest_, "the digest is not that of the records");
    return take();
  }

 private:
  // --- keys ---

  struct Users {
    std::size_t holders = 0;
    std::size_t queue = 0;
    std::size_t shared = 0;
    std::uint64_t permits = 0;
  };

  void check_lock(Ref<Lock> ref, const Lock& lock) {
    const std::string name = fmt::format("key {}", lock.key.view());
    expect(!key_fault(lock.key.view()), "{}: not a key", name);
    expect(state_.find_lock(lock.key.view()) == ref, "{}: not found by its name", name);
    expect(state_.next_lock(lock.key.view(), true) == ref, "{}: not in key order", name);
    expect(lock.holder_count || lock.queue_length || lock.relying || lock.closed() || lock.unsettled ||
               lock.registration,
           "{}: a record without a use", name);
    Users users;
    check_holders(ref, lock, name, users);
    check_queue(ref, lock, name, users);
    expect_count(lock.holder_count, users.holders, name, "holder_count");
    expect_count(lock.queue_length, users.queue, name, "queue_length");
    expect_count(lock.shared_users, users.shared, name, "shared_users");
    expect_count(lock.permits_used, users.permits, name, "permits_used");
    expect_count(std::uint32_t{lock.relying}, relying_[ref], name, "relying");
    expect(users.shared != 0 || lock.limit == 0, "{}: a limit without shared users", name);
  }

  // The one rule: no holders, or all shared, of one group, within the limit.
  void check_holders(Ref<Lock> ref, const Lock& lock, const std::string& name, Users& users) {
    const Hold* first = nullptr;
    FencingToken last{};
    for (Ref<Hold> at = lock.holders.front(); at; at = lock.holders.next(state_.holds(), at)) {
      const Hold& hold = state_.holds()[at];
      if (!first) first = &hold;
      expect(hold.lock == ref, "{}: among its holders is one of another key", name);
      expect(hold.token > last, "{}: holders not by ascending token", name);
      expect(&hold == first || (first->mode == Mode::shared && hold.mode == Mode::shared),
             "{}: two holders, one of them exclusive", name);
      expect(hold.mode == Mode::exclusive || hold.group.view() == first->group.view(),
             "{}: holders of two groups", name);
      last = hold.token;
      ++users.holders;
      if (hold.mode == Mode::exclusive) continue;
      ++users.shared;
      users.permits += hold.permits;
      expect(hold.limit == lock.limit, "{}: a holder of another limit", name);
    }
    expect(lock.limit == 0 || users.permits <= lock.limit, "{}: {} permits of {} are held", name,
           users.permits, lock.limit);
  }

  void check_queue(Ref<Lock> ref, const Lock& lock, const std::string& name, Users& users) {
    bool conversions_end = false;
    WaiterId last{};
    for (Ref<Place> at = lock.queue.front(); at; at = lock.queue.next(state_.places(), at)) {
      const Place& place = state_.places()[at];
      const WaiterId waiter = state_.waiters()[place.waiter].id;
      expect(place.lock == ref, "{}: in its queue is a place of another key", name);
      expect(!place.relies, "{}: a place that only relies stands in the queue", name);
      expect(!place.converts || !conversions_end, "{}: a conversion behind others", name);
      if (!place.converts && !conversions_end) {
        conversions_end = true;
        last = {};
      }
      expect(waiter > last, "{}: waiters out of order", name);
      last = waiter;
      ++users.queue;
      if (place.mode == Mode::exclusive) continue;
      ++users.shared;
      expect(place.limit == lock.limit, "{}: a waiter of another limit", name);
      expect(place.limit == 0 || place.permits <= place.limit, "{}: a waiter that never fits", name);
    }
  }

  // --- holds, leases, waiters ---

  void check_hold(Ref<Hold> ref, const Hold& hold) {
    const std::string name = fmt::format("hold {}", hold.token.value);
    expect(hold.token && hold.token < state_.next_token(), "{}: its token was never given", name);
    expect(tokens_.insert(hold.token).second, "{}: another hold has its token", name);
    expect(pairs_.insert({hold.lease, hold.lock}).second, "{}: its lease holds the key twice", name);
    const bool live = is_live(state_.leases(), hold.lease) && is_live(state_.locks(), hold.lock);
    expect(live, "{}: of a lease or key that is gone", name);
    if (!live) return;
    expect(state_.find_hold(hold.lease, hold.lock) == ref, "{}: not found", name);
    expect(hold.since <= state_.time(), "{}: granted in the future", name);
    if (!hold.request) return;
    const Request& request = state_.requests()[hold.request];
    ++holds_of_[hold.request];
    expect(request.kind == Request::Kind::granted && request.lease_id == state_.leases()[hold.lease].id,
           "{}: its request was not granted to its lease", name);
  }

  void check_lease(Ref<Lease> ref, const Lease& lease) {
    const std::string name = fmt::format("lease {}", lease.id.value);
    expect(state_.find_lease(lease.id) == ref, "{}: not found by its id", name);
    expect(lease.id.value <= state_.revision().value, "{}: an id of the future", name);
    expect(!state_.find_ended_lease(lease.id), "{}: lives and has ended", name);
    expect(lease.shared || lease.hold_count != 0, "{}: outlives its last hold", name);
    expect(lease.shared || !lease.request, "{}: not shared, but opened by a request", name);
    std::size_t holds = 0;
    FencingToken last{};
    for (Ref<Hold> at = lease.holds.front(); at; at = lease.holds.next(state_.holds(), at), ++holds) {
      const Hold& hold = state_.holds()[at];
      expect(hold.lease == ref, "{}: has a hold of another lease", name);
      expect(hold.token > last, "{}: holds not by ascending token", name);
      last = hold.token;
    }
    std::size_t waiters = 0;
    for (Ref<Waiter> at = lease.waiters.front(); at;
         at = lease.waiters.next(state_.waiters(), at), ++waiters) {
      expect(state_.waiters()[at].lease == ref, "{}: has a waiter of another lease", name);
    }
    expect_count(lease.hold_count, holds, name, "hold_count");
    expect_count(lease.waiter_count, waiters, name, "waiter_count");
    all_holds_ += holds;
    if (lease.request) {
      const Request& request = state_.requests()[lease.request];
      expect(request.kind == Request::Kind::opened_lease && request.lease_id == lease.id,
             "{}: its request did not open it", name);
    }
  }

  void check_waiter(Ref<Waiter> ref, const Waiter& waiter) {
    const std::string name = fmt::format("waiter {}", waiter.id.value);
    expect(state_.find_waiter(waiter.id) == ref, "{}: not found by its id", name);
    expect(waiter.id.value <= state_.revision().value, "{}: an id of the future", name);
    expect(static_cast<bool>(waiter.lease_id) == static_cast<bool>(waiter.lease), "{}: its lease is gone",
           name);
    expect(!waiter.lease || state_.find_lease(waiter.lease_id) == waiter.lease, "{}: its lease is another",
           name);
    bool waits = false;
    for (const Ref<Place> at : waiter.places) {
      const Place& place = state_.places()[at];
      expect(place.waiter == ref, "{}: has a place of another waiter", name);
      waits |= !place.relies;
    }
    expect(waits, "{}: waits for nothing", name);
    all_places_ += waiter.places.size();
    if (waiter.request) {
      const Request& request = state_.requests()[waiter.request];
      expect(request.kind == Request::Kind::waiting && request.waiter == ref,
             "{}: its request is not waiting", name);
    }
    if (state_.unsettled_.empty()) {
      expect(!grantable(state_, ref, state_.time()), "{}: could have been granted", name);
    }
  }

  // --- requests and what is remembered ---

  void check_request(Ref<Request> ref, const Request& request) {
    const std::string name = fmt::format("request {:x}", request.tag.id[0]);
    expect(state_.find_request(request.tag) == ref, "{}: not found by its id", name);
    expect_count(request.holds, holds_of_[ref], name, "holds");
    const auto ended = [&](bool lives) { return static_cast<bool>(request.ended) != lives; };
    switch (request.kind) {
      case Request::Kind::waiting:
        expect(request.waiter && ended(true), "{}: waits without a waiter", name);
        return;
      case Request::Kind::granted:
        expect(request.holds != 0 && ended(true), "{}: granted without a hold", name);
        return;
      case Request::Kind::opened_lease: {
        const Ref<Lease> lease = state_.find_lease(request.lease_id);
        expect(lease && state_.leases()[lease].request == ref && ended(true), "{}: its lease is gone", name);
        return;
      }
      default:
        break;
    }
    ++ended_requests_;
    expect(ended(false) && !request.waiter && request.holds == 0, "{}: ended and alive", name);
  }

  template <class T, class List>
  void check_in_order(const Pool<T>& pool, const List& list, std::size_t stored, std::size_t records,
                      std::string_view of) {
    std::size_t listed = 0;
    Revision last{};
    for (Ref<T> at = list.front(); at; at = list.next(pool, at), ++listed) {
      expect(pool[at].ended >= last && pool[at].ended <= state_.revision(), "{}: not in order", of);
      expect(pool[at].ended_at <= state_.time(), "{}: ended in the future", of);
      last = pool[at].ended;
    }
    expect_count(stored, listed, of, "count");
    expect_count(listed, records, of, "list");
    expect(stored <= kMaxRemembered, "{}: more than are remembered", of);
  }

  void check_remembered() {
    check_in_order(state_.requests_, state_.ended_requests_in_order_, state_.ended_request_count_,
                   ended_requests_, "ended requests");
    check_in_order(state_.ended_leases_, state_.ended_leases_in_order_, state_.ended_lease_count_,
                   state_.ended_leases_.size(), "ended leases");
  }

  // --- marks, deadlines, indexes ---

  void check_unsettled() {
    std::set<Ref<Lock>> marked;
    for (const Ref<Lock> lock : state_.unsettled_) {
      expect(marked.insert(lock).second, "a key is marked as unsettled twice");
    }
    for_each(state_.locks(), [&](Ref<Lock> ref, const Lock& lock) {
      expect(lock.unsettled == marked.contains(ref), "key {}: its unsettled mark is wrong", lock.key.view());
    });
  }

  void expect_timer(TimerKind kind, std::uint32_t number, JournalTime due, const std::string& name) {
    const auto found = timers_.find({kind, number});
    const JournalTime set = found == timers_.end() ? kNever : found->second;
    expect(set == due, "{}: due at {}, its timer is at {}", name, due.time_since_epoch().count(),
           set.time_since_epoch().count());
    if (found != timers_.end()) timers_.erase(found);
  }

  void check_timers() {
    for (const auto& entry : state_.timers_.entries()) {
      expect(timers_.emplace(entry.target, entry.deadline).second, "a record has two timers");
      expect(entry.deadline >= state_.timers_.earliest(), "the earliest timer is not the first");
    }
    for_each(state_.leases(), [&](Ref<Lease> ref, const Lease& lease) {
      expect_timer(TimerKind::lease, ref.number, lease.expires, fmt::format("lease {}", lease.id.value));
    });
    for_each(state_.waiters(), [&](Ref<Waiter> ref, const Waiter& waiter) {
      expect_timer(TimerKind::waiter, ref.number, waiter.due(), fmt::format("waiter {}", waiter.id.value));
    });
    for_each(state_.locks(), [&](Ref<Lock> ref, const Lock& lock) {
      expect_timer(TimerKind::closed_key, ref.number, lock.closed() ? lock.closed_until : kNever,
                   fmt::format("key {}", lock.key.view()));
    });
    for_each(state_.caps(), [&](Ref<HoldCap> ref, const HoldCap& cap) {
      expect_timer(TimerKind::hold_cap, ref.number, cap.until, "a cap");
    });
    expect_timer(TimerKind::quiet, 0, state_.quiet() ? state_.quiet_until() : kNever, "the quiet");
    expect(timers_.empty(), "{} timers of no record", timers_.size());
  }

  void check_indexes() {
    expect_count(state_.lock_index_.size(), state_.locks_.size(), "keys", "index");
    expect_count(state_.key_order_.size(), state_.locks_.size(), "keys", "order");
    expect_count(state_.lease_index_.size(), state_.leases_.size(), "leases", "index");
    expect_count(state_.waiter_index_.size(), state_.waiters_.size(), "waiters", "index");
    expect_count(state_.request_index_.size(), state_.requests_.size(), "requests", "index");
    expect_count(state_.ended_lease_index_.size(), state_.ended_leases_.size(), "ended leases", "index");
    expect_count(state_.document_index_.size(), state_.documents_.size(), "documents", "index");
    std::uint64_t bytes = 0;
    for_each(state_.documents_, [&](Ref<Document>, const Document& document) { bytes += document.bytes; });
    expect(bytes == state_.document_bytes_, "the bytes of all documents are miscounted");
    expect_count(state_.holds_.size(), all_holds_, "holds", "of leases");
    expect_count(state_.places_.size(), all_places_, "places", "of waiters");
  }

  const State& state_;
  std::map<Ref<Lock>, std::uint32_t> relying_;
  std::map<Ref<Request>, std::uint32_t> holds_of_;
  std::set<FencingToken> tokens_;
  std::set<std::pair<Ref<Lease>, Ref<Lock>>> pairs_;
  std::map<TimerTarget, JournalTime> timers_;
  std::size_t ended_requests_ = 0;
  std::size_t all_holds_ = 0;
  std::size_t all_places_ = 0;
};

std::vector<std::string> broken_invariants(const State& state) {
  return Invariants(state).run();
}

}  // namespace holdfast::lock
