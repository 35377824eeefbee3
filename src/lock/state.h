#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "lock/index.h"
#include "lock/key_order.h"
#include "lock/limits.h"
#include "lock/records.h"
#include "lock/timers.h"
#include "lock/types.h"

// The state of every lock: records in pools, indexes to find them, and the deadlines. Single-threaded, no
// clock, no I/O. What may happen is decided in decide.h, what follows from an event is in evolve.h; this
// class keeps records, indexes, counters, digest and a running snapshot consistent while they do.

namespace holdfast::lock {

// What one group of servers that share a journal have in common.
struct Cell {
  std::array<std::byte, 16> id{};
  std::array<std::byte, 32> secret{};
  std::uint64_t incarnation = 0;  // 0: the journal is empty, there is no cell yet
  std::uint32_t rate_ppm = 1'000;
};

struct KeyOfLock {
  std::string_view operator()(const Lock& lock) const { return lock.key.view(); }
};
struct KeyOfLease {
  std::uint64_t operator()(const Lease& lease) const { return lease.id.value; }
};
struct KeyOfWaiter {
  std::uint64_t operator()(const Waiter& waiter) const { return waiter.id.value; }
};
struct KeyOfRequest {
  std::array<std::uint64_t, 2> operator()(const Request& request) const { return request.tag.id; }
};
struct KeyOfDocument {
  std::string_view operator()(const Document& document) const { return document.key.view(); }
};
struct KeyOfEndedLease {
  std::uint64_t operator()(const EndedLease& ended) const { return ended.id.value; }
};

class State {
 public:
  State();
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const Cell& cell() const { return cell_; }
  JournalTime time() const { return time_; }
  WallTime wall() const { return wall_; }
  Revision revision() const { return revision_; }  // of the last event
  Epoch epoch() const { return epoch_; }
  FencingToken next_token() const { return next_token_; }
  std::uint32_t level() const { return level_; }  // the feature level of what is written
  // Nothing is granted before: a hold that a restore has lost may still be relied on (protocol.md 6).
  // JournalTime::min() when that is no matter.
  JournalTime quiet_until() const { return quiet_until_; }
  bool quiet() const { return quiet_until_ != JournalTime::min(); }
  // Where the state goes on; empty when it goes on here.
  const std::string& successor() const { return successor_; }
  Millis longest_ttl() const { return longest_ttl_; }  // finite one that any lease was ever given

  // Whether anything becomes due by itself (protocol.md 14): leases, waits, closed keys, remembered requests.
  bool has_deadline() const;
  // The earliest deadline that makes an event. Remembered requests go silently.
  JournalTime next_deadline() const { return timers_.earliest(); }

  // Of the truth alone: two states with one digest answer alike, whatever their history.
  SetDigest digest() const;

  // The end of a lease that is granted or renewed at `from` for `ttl`: never early for any clock whose rate
  // is within r (protocol.md 12).
  JournalTime expiry(JournalTime from, Millis ttl) const;
  // What to tell of an expiry: how long a client may count on it. None without expiry.
  std::optional<Millis> expires_in(JournalTime expires, JournalTime now) const;

  const Pool<Lock>& locks() const { return locks_; }
  const Pool<Hold>& holds() const { return holds_; }
  const Pool<Lease>& leases() const { return leases_; }
  const Pool<Waiter>& waiters() const { return waiters_; }
  const Pool<Place>& places() const { return places_; }
  const Pool<Request>& requests() const { return requests_; }
  const Pool<EndedLease>& ended_leases() const { return ended_leases_; }
  const Pool<HoldCap>& caps() const { return caps_; }
  const Pool<Loss>& losses() const { return losses_; }
  const Pool<Registration>& registrations() const { return registrations_; }
  const Pool<ReleaseWish>& wishes() const { return wishes_; }
  const Pool<Document>& documents() const { return documents_; }
  std::uint64_t document_bytes() const { return document_bytes_; }  // of all of them

  Ref<Lock> find_lock(std::string_view key) const { return lock_index_.find(key); }
  Ref<Lease> find_lease(LeaseId id) const { return lease_index_.find(id.value); }
  Ref<Waiter> find_waiter(WaiterId id) const { return waiter_index_.find(id.value); }
  Ref<Request> find_request(const RequestTag& tag) const { return request_index_.find(tag.id); }
  Ref<EndedLease> find_ended_lease(LeaseId id) const { return ended_lease_index_.find(id.value); }
  Ref<Document> find_document(std::string_view key) const { return document_index_.find(key); }
  Ref<Hold> find_hold(Ref<Lease> lease, Ref<Lock> lock) const;
  // The settings of the key; null when it is not registered, or not in use at all.
  const Settings* settings(Ref<Lock> lock) const;
  // When the hold ends if nobody does anything: with its lease, or before at its cap. The first cap of a
  // lease that an acquire opened ends all its holds.
  JournalTime end_of(const Hold& hold) const;
  // When the first hold of a lease that an acquire opened ends, and the lease with it, if that ends at
  // `expires` otherwise.
  JournalTime end_of(const Lease& lease, JournalTime expires) const;
  // The first lock in key order whose key is greater than `key` (or not less, with `including`).
  Ref<Lock> next_lock(std::string_view key, bool including) const;

  // A lock whose head may be grantable; none when all is settled.
  Ref<Lock> unsettled() const;
  TimerTarget earliest_timer() const { return timers_.earliest_target(); }

  // --- for evolve.cc and the snapshot loader ---

  // A new entry begins: time goes on, and what was remembered long enough is forgotten.
  void begin_entry(JournalTime time, WallTime wall);
  void count_event() { revision_ = revision_.next(); }
  void set_cell(const Cell& cell, FencingToken first_token);
  void set_epoch(Epoch epoch) { epoch_ = epoch; }
  void raise_level(std::uint32_t level) { level_ = std::max(level_, level); }
  void keep_quiet(JournalTime until);  // JournalTime::min() ends it
  void seal(std::string successor) { successor_ = std::move(successor); }
  void saw_ttl(Millis ttl) { longest_ttl_ = std::max(longest_ttl_, ttl); }
  void raise_incarnation(std::uint64_t incarnation, FencingToken token, Revision revision);
  void used_token(FencingToken token) { next_token_ = std::max(next_token_, token.next()); }
  void restore_counters(Revision revision, JournalTime time, WallTime wall);
  // Both as they were when an ended record was written to a snapshot; in ascending order of `ended`.
  void restore_ended(Ref<Request> request);

  // Changes a record's truth in `change(record)`; digest and snapshot follow.
  template <class T, class Change>
  void edit(Ref<T> ref, Change change);

  Ref<Lock> use_lock(std::string_view key);  // finds it or makes it
  void release_lock_if_unused(Ref<Lock> lock);
  void close_lock(Ref<Lock> lock, JournalTime until);  // JournalTime::min() opens it
  void mark_unsettled(Ref<Lock> lock);
  void mark_settled(Ref<Lock> lock);
  // A replay settles nothing itself: what was settled of an entry's marks is in the events, and a new keeper
  // marks every queue when it takes over.
  void drop_marks();

  // Each takes a record whose truth and references are filled in, and links it.
  Ref<Lease> add_lease(Lease&& lease);
  Ref<Hold> add_hold(Hold&& hold);
  Ref<Waiter> add_waiter(Waiter&& waiter, std::vector<Place>&& places);
  Ref<Request> add_request(Request&& request);
  void add_ended_lease(EndedLease&& ended);
  void remove_lease(Ref<Lease> lease);  // without holds and waiters
  void remove_hold(Ref<Hold> hold);
  void remove_waiter(Ref<Waiter> waiter);
  void remove_request(Ref<Request> request);
  void add_cap(Ref<Hold> hold, JournalTime until);  // it goes with the hold
  // Replaces what its lease has lost of the same key before.
  void add_loss(Ref<Lease> lease, Loss&& loss);
  void remove_loss(Ref<Lease> lease, std::string_view key);  // which need not be there
  void remove_losses(Ref<Lease> lease);
  // Replaces what the key was registered as; its present shared users get the limit, if there is one.
  void add_registration(Ref<Lock> lock, Registration&& registration);
  void remove_registration(Ref<Lock> lock);
  void add_wish(Ref<Lock> lock, ReleaseWish&& wish);  // replaces; it goes with the last hold it is about
  void put_document(std::string_view key, const ObjectId& object, std::uint64_t bytes);  // replaces
  void remove_document(Ref<Document> document);
  // The request lives no longer and is remembered for a while.
  void remember_ended(Ref<Request> request);
  void set_timer(Ref<Lease> lease) { timers_.set({TimerKind::lease, lease.number}, leases_[lease].expires); }
  void set_timer(Ref<Waiter> waiter) {
    timers_.set({TimerKind::waiter, waiter.number}, waiters_[waiter].due());
  }
  // A hold becomes what `change(hold)` makes of it: mode, group, permits, limit, token, request.
  template <class Change>
  void convert_hold(Ref<Hold> hold, Change change);

 private:
  friend class SnapshotSweep;
  friend class Invariants;
  struct TimerPosition {
    State* state;
    std::uint32_t& operator()(TimerTarget target) const;
  };
  // A snapshot that is being swept; see snapshot.h.
  struct Sweep {
    std::uint32_t number = 0;
    bool active = false;
    std::size_t pool = 0;
    std::size_t slot = 0;
    std::uint64_t records = 0;
    Bytes pre_images;
  };

  template <class T>
  Pool<T>& pool_of();
  template <class T>
  void before_change(T& record);
  template <class T>
  void after_change(T& record);
  template <class T>
  void added(T& record);
  template <class T>
  ByteView encoded(const T& record);
  template <class List>
  void insert_by_token(List& list, Ref<Hold> hold);
  void link_hold(Ref<Hold> hold);
  void unlink_hold(Ref<Hold> hold);
  void link_place(Ref<Place> place);
  void unlink_place(Ref<Place> place);
  void remove_cap(Ref<Hold> hold);
  void remove_wish(Ref<Lock> lock);
  void remove_wish_if_done(Ref<Lock> lock);
  void govern_holders(Ref<Lock> lock);
  void set_limit(Ref<Lock> lock, std::uint32_t limit);
  void forget_old();
  void forget_oldest_request();
  void forget_oldest_lease();

  Cell cell_;
  JournalTime time_{};
  WallTime wall_{};
  Revision revision_;
  Epoch epoch_;
  FencingToken next_token_{1};
  std::uint32_t level_ = 1;
  JournalTime quiet_until_ = JournalTime::min();
  std::uint32_t quiet_timer_ = 0;
  Millis longest_ttl_{0};
  std::string successor_;
  SetDigest digest_;
  Sweep sweep_;
  Bytes scratch_;

  Pool<Lock> locks_;
  Pool<Hold> holds_;
  Pool<Lease> leases_;
  Pool<Waiter> waiters_;
  Pool<Place> places_;
  Pool<Request> requests_;
  Pool<EndedLease> ended_leases_;
  Pool<HoldCap> caps_;
  Pool<Loss> losses_;
  Pool<Registration> registrations_;
  Pool<ReleaseWish> wishes_;
  Pool<Document> documents_;
  Index<Lock, KeyOfLock> lock_index_{locks_};
  Index<Lease, KeyOfLease> lease_index_{leases_};
  Index<Waiter, KeyOfWaiter> waiter_index_{waiters_};
  Index<Request, KeyOfRequest> request_index_{requests_};
  Index<EndedLease, KeyOfEndedLease> ended_lease_index_{ended_leases_};
  Index<Document, KeyOfDocument> document_index_{documents_};
  std::uint64_t document_bytes_ = 0;
  mutable KeyOrder key_order_{locks_};
  Timers<TimerPosition> timers_{TimerPosition{this}};
  RefList<Request, &Request::in_ended> ended_requests_in_order_;
  std::size_t ended_request_count_ = 0;
  RefList<EndedLease, &EndedLease::in_ended> ended_leases_in_order_;
  std::size_t ended_lease_count_ = 0;
  std::deque<Ref<Lock>> unsettled_;
};

template <class T, class Change>
void State::edit(Ref<T> ref, Change change) {
  T& record = pool_of<T>()[ref];
  before_change(record);
  change(record);
  after_change(record);
}

template <class Change>
void State::convert_hold(Ref<Hold> ref, Change change) {
  unlink_hold(ref);
  const Ref<Request> before = holds_[ref].request;
  edit(ref, change);
  if (before) --requests_[before].holds;
  if (holds_[ref].request) ++requests_[holds_[ref].request].holds;
  link_hold(ref);
  remove_wish_if_done(holds_[ref].lock);
}

template <>
inline Pool<Lock>& State::pool_of() {
  return locks_;
}
template <>
inline Pool<Hold>& State::pool_of() {
  return holds_;
}
template <>
inline Pool<Lease>& State::pool_of() {
  return leases_;
}
template <>
inline Pool<Waiter>& State::pool_of() {
  return waiters_;
}
template <>
inline Pool<Request>& State::pool_of() {
  return requests_;
}
template <>
inline Pool<EndedLease>& State::pool_of() {
  return ended_leases_;
}
template <>
inline Pool<HoldCap>& State::pool_of() {
  return caps_;
}
template <>
inline Pool<Loss>& State::pool_of() {
  return losses_;
}
template <>
inline Pool<Registration>& State::pool_of() {
  return registrations_;
}
template <>
inline Pool<ReleaseWish>& State::pool_of() {
  return wishes_;
}
template <>
inline Pool<Document>& State::pool_of() {
  return documents_;
}

}  // namespace holdfast::lock
