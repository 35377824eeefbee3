#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lock/reply.h"
#include "lock/state.h"

// What can be seen of the state. `now` is the journal time that durations are counted to.

namespace holdfast::lock {

enum class LockState : std::uint8_t {
  free,
  reserved,  // nobody holds it, but a queue, a lock delay, a minimum hold or a restore keeps it
  exclusive,
  shared,
};

struct LockView {
  std::string key;
  LockState state = LockState::free;
  std::uint32_t limit = 0;          // 0: none
  std::vector<HolderInfo> holders;  // at most kMaxShownHolders, the oldest first
  std::size_t holder_count = 0;
  std::vector<WaiterInfo> queue;  // at most kMaxShownWaiters, from the head
  std::size_t queue_length = 0;
  std::optional<Millis> opens_in;                // closed for this long, whoever holds it now
  std::optional<Settings> settings;              // of a registered one
  Revision version;                              // of the settings
  std::optional<std::string> release_requested;  // the reason for which its holders are asked to let it go
};

// Their words on every wire: "exclusive", "reserved".
std::string_view name_of(Mode mode);
std::string_view name_of(LockState state);

// A key that is not in use is a free lock.
LockView show_lock(const State& state, std::string_view key, JournalTime now);

struct LockQuery {
  std::string prefix;
  std::optional<LockState> state;
  std::string owner;  // a holder's or waiter's owner, exactly; empty: anyone
  std::string after;  // the cursor: keys greater than this
  std::size_t limit = 100;
};

struct LockPage {
  std::vector<LockView> locks;      // in key order
  std::optional<std::string> next;  // the cursor of the next page; none at the end
};

// Scans at most kMaxKeysScannedPerPage keys, so a page may hold fewer than `limit` and still have a next one.
LockPage list_locks(const State& state, const LockQuery& query, JournalTime now);

struct LeaseHold {
  std::string key;
  Mode mode = Mode::exclusive;
  FencingToken token;
};

struct LeaseView {
  LeaseInfo lease;
  bool shared = false;  // opened to be used by many acquires
  std::string principal;
  std::string metadata;
  Dialect dialect = Dialect::native;
  std::vector<LeaseHold> holds;
};

std::optional<LeaseView> show_lease(const State& state, LeaseId id, JournalTime now);

struct LeasePage {
  std::vector<LeaseView> leases;  // in the order in which they were opened; holds are left out
  std::optional<LeaseId> next;
};

LeasePage list_leases(const State& state, std::string_view principal, LeaseId after, std::size_t limit,
                      JournalTime now);

// The leases that hold the key now.
std::vector<LeaseId> leases_holding(const State& state, std::string_view key);
bool lease_holds(const State& state, LeaseId lease, std::string_view key);

// How a lease that is no more has ended, while that is remembered.
std::optional<EndedInfo> ended_lease(const State& state, LeaseId id);

// Whether a present hold of the key has that token (protocol.md 23).
bool fence_valid(const State& state, std::string_view key, FencingToken token);

struct Counts {
  std::size_t locks = 0;  // keys in use
  std::size_t holds = 0;
  std::size_t leases = 0;
  std::size_t waiters = 0;
  std::size_t remembered = 0;  // ended requests and leases
};
Counts count(const State& state);

}  // namespace holdfast::lock
