#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lock/alias.h"
#include "lock/document.h"
#include "lock/pool.h"
#include "lock/ref_list.h"
#include "lock/settings.h"
#include "lock/text.h"
#include "lock/types.h"

// What the state is made of. The fields above "links" are the truth, encoded in snapshots and counted in the
// digest; those below are derived from other records. `swept` is the number of the last snapshot that has the
// record as it was, or that began before it was made.

namespace holdfast::lock {

struct Lock;
struct Hold;
struct Lease;
struct Place;
struct Waiter;
struct Request;
struct EndedLease;
struct HoldCap;
struct Loss;
struct Registration;
struct ReleaseWish;

// Who ended what was another's, and why.
struct Blame {
  Text by;
  Text reason;
};

// One lease's place among the holders of one key.
struct Hold {
  FencingToken token;
  JournalTime since;
  WallTime acquired_at;
  Text group;
  Text reason;
  std::uint32_t permits = 1;
  std::uint32_t limit = 0;
  Mode mode = Mode::exclusive;
  // links
  Ref<Lock> lock;
  Ref<Lease> lease;
  Ref<Request> request;  // that the hold keeps alive
  Ref<HoldCap> cap;
  Link<Hold> in_lock;
  Link<Hold> in_lease;
  std::uint32_t swept = 0;
};

// A waiter's place in the queue of one key. Part of its waiter's record.
struct Place {
  Text group;
  std::uint32_t permits = 1;
  std::uint32_t limit = 0;
  Mode mode = Mode::exclusive;
  bool converts = false;  // its lease already holds the key otherwise; ahead of those that do not
  bool relies = false;    // its lease already holds the key so; stands in no queue
  // links
  Ref<Lock> lock;
  Ref<Waiter> waiter;
  Link<Place> in_queue;
};

// The state of one key that is in use: held, waited for, or closed. Only `closed_until` is its own truth.
struct Lock {
  Text key;
  JournalTime closed_until = JournalTime::min();  // min: not closed
  // links
  RefList<Hold, &Hold::in_lock> holders;   // by ascending token
  RefList<Place, &Place::in_queue> queue;  // conversions, then first come first served
  std::uint32_t holder_count = 0;
  std::uint32_t queue_length = 0;
  std::uint32_t permits_used = 0;
  std::uint32_t shared_users = 0;  // shared holds and shared places
  std::uint32_t limit = 0;         // of the shared users; 0: none
  Ref<Registration> registration;
  Ref<ReleaseWish> wish;
  std::uint32_t timer = 0;
  std::uint32_t swept = 0;
  std::uint32_t relying : 31 = 0;   // waiters that rely on a hold of it without being in its queue
  std::uint32_t unsettled : 1 = 0;  // its head may have become grantable

  bool closed() const { return closed_until != JournalTime::min(); }
};

// A request in a queue, or in several.
struct Waiter {
  WaiterId id;
  LeaseId lease_id;  // none: a grant will open one
  Millis ttl{};
  Millis claim{};
  Millis reattach{};
  JournalTime since;
  JournalTime attached_since;
  JournalTime deadline = kNever;
  JournalTime detached_until = kNever;  // kNever: attached
  Text principal;
  Text owner;
  Text reason;
  Text metadata;
  Text alias;
  Dialect dialect = Dialect::native;
  std::vector<Ref<Place>> places;
  // links
  Ref<Lease> lease;
  Ref<Request> request;
  Link<Waiter> in_lease;
  std::uint32_t timer = 0;
  std::uint32_t swept = 0;

  bool attached() const { return detached_until == kNever; }
  JournalTime due() const { return std::min(deadline, detached_until); }
};

// The life of holds.
struct Lease {
  LeaseId id;
  JournalTime expires = kNever;
  Text principal;
  Text owner;
  Text metadata;
  Text alias;
  std::int32_t ttl_ms = 0;       // -1: no expiry
  std::int32_t reattach_ms = 0;  // how long a takeover keeps it while it is unclaimed, if not longer
  bool shared = false;           // opened first, to be used by many acquires
  bool unclaimed = false;        // granted, but not renewed yet: lives only for its claim
  Dialect dialect = Dialect::native;
  // links
  bool governed = false;  // has had a hold with a cap, or of a key with settings for leases or a wish
  RefList<Hold, &Hold::in_lease> holds;  // by ascending token
  RefList<Waiter, &Waiter::in_lease> waiters;
  std::uint32_t hold_count = 0;
  std::uint32_t waiter_count = 0;
  Ref<Request> request;  // that opened it, for a shared lease
  Ref<Loss> losses;      // the newest, and through it the others
  std::uint32_t timer = 0;
  std::uint32_t swept = 0;

  Millis ttl() const { return Millis(ttl_ms); }
  Millis reattach() const { return Millis(reattach_ms); }
};

// Of a waiter, of the lease that its grant will open.
template <class Aliased>
void set_alias(Aliased& record, const Alias& alias) {
  record.dialect = alias.dialect;
  record.alias = Text(alias.name);
}
template <class Aliased>
Alias alias_of(const Aliased& record) {
  return {record.dialect, std::string(record.alias.view())};
}

// A request that can be repeated. It lives as long as the wait, the holds or the lease that it made, and is
// remembered for a while after.
struct Request {
  enum class Kind : std::uint8_t { waiting, granted, opened_lease, ended_wait, ended_lease, released, done };

  RequestTag tag;
  LeaseId lease_id;  // granted, opened_lease, ended_lease, done
  Revision ended;    // at which it ended; none while it lives
  JournalTime ended_at;
  std::vector<Text> released;  // the keys that a release, or what was done, reported
  Kind kind = Kind::waiting;
  WaitEnd wait_end = WaitEnd::timed_out;
  Ended lease_end = Ended::release;
  // links
  Ref<Waiter> waiter;
  std::uint32_t holds = 0;
  Link<Request> in_ended;
  std::uint32_t swept = 0;
};

// How a lease ended, for its holder who asks later.
struct EndedLease {
  LeaseId id;
  Revision ended;
  JournalTime ended_at;
  std::unique_ptr<Blame> blame;  // of a broken one
  Ended how = Ended::release;
  // links
  Link<EndedLease> in_ended;
  std::uint32_t swept = 0;
};

// When a hold ends by itself, whatever becomes of its lease.
struct HoldCap {
  JournalTime until;
  // links
  Ref<Hold> hold;
  std::uint32_t timer = 0;
  std::uint32_t swept = 0;
};

// A hold that was taken from a shared lease, until its owner says that it has learnt of it.
struct Loss {
  FencingToken token;
  Text key;
  Blame blame;
  Ended how = Ended::broken;
  // links
  Ref<Lease> lease;
  Ref<Loss> next;
  std::uint32_t swept = 0;
};

// That a key is registered, and how.
struct Registration {
  Revision version;
  Settings settings;
  // links
  Ref<Lock> lock;
  std::uint32_t swept = 0;
};

// The bytes that are kept with a key, whether the key is in use or not.
struct Document {
  Text key;
  ObjectId object{};
  std::uint64_t bytes = 0;
  // links
  std::uint32_t swept = 0;
};

// Somebody wishes that the present holders of a key let it go. It ends with the last of them.
struct ReleaseWish {
  FencingToken before;  // of holds whose token is smaller
  Blame blame;
  // links
  Ref<Lock> lock;
  std::uint32_t swept = 0;
};

}  // namespace holdfast::lock
