#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lock/alias.h"
#include "lock/document.h"
#include "lock/settings.h"
#include "lock/types.h"

// What can be asked of the lock state. Commands are already authenticated and proven when they come here: a
// LeaseId in a command says that its sender may use that lease. Durations are as the client gave them.

namespace holdfast::lock {

// One key of an acquire. An empty group of a shared item is the default group ("read").
struct Item {
  std::string key;
  Mode mode = Mode::exclusive;
  std::string group;
  std::uint32_t permits = 1;
  std::uint32_t limit = 0;  // 0: whatever the lock has

  friend bool operator==(const Item&, const Item&) = default;
};

enum class OnHeld : std::uint8_t {
  refuse,
  return_hold,   // of the lease that is named: tells of the present hold
  extend_alias,  // a lease of this alias that holds all the keys just so is renewed, for `ttl`
  refuse_alias,  // the same lease is a reason to refuse, also where another one would be granted
};

// All keys or none. Without `lease` a grant opens a lease of its own, which ends with its last hold.
struct Acquire {
  std::vector<Item> items;
  std::optional<LeaseId> lease;
  Millis ttl{30'000};  // kNoExpiry for none; ignored with `lease`
  Millis wait{0};      // kNoDeadline for no limit
  std::string principal;
  std::string owner;
  std::string reason;
  std::string metadata;  // JSON text or empty
  Alias alias;           // of the lease that is opened
  RequestTag request;
  Millis claim{0};     // a waited grant lives this long until its first renewal; 0: the full ttl
  Millis reattach{0};  // keeps the place of a waiter whose client went away; 0: leaves at once
  OnHeld on_held = OnHeld::refuse;
  bool administers = false;  // may use keys that belong to others
  // Asks again and again instead of waiting: a refusal leaves a place in the queue that is kept for the next
  // attempt with this request, for up to `reattach` (decide_poll.cc). `wait` says nothing then.
  bool polls = false;
};

// Each key by a lease of its own with this alias, exclusively and at once: one that is there is renewed for
// `ttl`. All keys or none.
struct AcquireEach {
  std::vector<std::string> keys;  // distinct
  Millis ttl{30'000};             // kNoExpiry for none
  std::string principal;
  std::string owner;
  Alias alias;
  bool administers = false;
};

// Opens a lease to share between many acquires.
struct OpenLease {
  Millis ttl{30'000};
  std::string principal;
  std::string owner;
  std::string metadata;
  RequestTag request;
};

struct Renew {
  LeaseName lease;
  std::optional<Millis> ttl;  // none: as before
};

// Without keys the whole lease ends. `keep_for` keeps the keys closed that long.
struct Release {
  LeaseName lease;
  std::vector<std::string> keys;
  Millis keep_for{0};
  RequestTag request;
};

// Of these keys those that a lease of this alias holds under just this token.
struct ReleaseEach {
  struct Hold {
    std::string key;
    FencingToken token;
  };
  std::vector<Hold> holds;
  std::string principal;
  Alias alias;
};

// Withdraws the waiting acquire with this request id.
struct Cancel {
  RequestTag request;
};

// The last client that was attached to this waiter has gone away.
struct Detach {
  WaiterId waiter;
};

// A grant became durable while nobody was attached to be told.
struct Abandon {
  LeaseId lease;
  std::vector<std::string> keys;
  Millis reattach{0};
};

// Gives a key settings, or other ones. Without `expected` the key must not be registered, or just so.
struct Register {
  std::string key;
  Settings settings;
  std::optional<Revision> expected;  // of the settings to replace; zero: whatever they are
  std::string principal;
  std::string by;
  bool administers = false;
  RequestTag request;
};

struct Unregister {
  std::string key;
  std::optional<Revision> expected;  // none: whatever the settings are
  std::string principal;
  std::string by;
  bool administers = false;
  RequestTag request;
};

// Ends what somebody else has of a key: a hold, named by its lease or token, or a wait. Never "whoever holds
// it now" (protocol.md 26).
struct Break {
  std::string key;
  std::variant<LeaseId, FencingToken, WaiterId> target;
  bool now = false;  // let others in before the hold's present expiry
  std::string reason;
  std::string by;
  RequestTag request;
};

// Asks whoever holds the key to let it go.
struct RequestRelease {
  std::string key;
  std::string reason;
  std::string by;
  RequestTag request;
};

// Keeps bytes, which are an object of the journal already, with a key, instead of those that it had.
struct StoreDocument {
  std::string key;
  ObjectId object{};
  std::uint64_t bytes = 0;
  std::optional<AliasedHold> under;  // the hold of the key that its sender has; none: nobody may hold it
  std::string principal;
  bool administers = false;
};

struct RemoveDocument {
  std::string key;
  std::optional<AliasedHold> under;
  std::string principal;
  bool administers = false;
};

// Raises the feature level of what is written (protocol.md 31).
struct FinishUpgrade {};

// A new keeper begins; the first command of its reign.
struct TakeOver {
  Epoch epoch;
};

using Command = std::variant<Acquire, AcquireEach, OpenLease, Renew, Release, ReleaseEach, Cancel, Register,
                             Unregister, Break, RequestRelease, StoreDocument, RemoveDocument, FinishUpgrade,
                             Detach, Abandon, TakeOver>;

}  // namespace holdfast::lock
