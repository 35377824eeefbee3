#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lock/alias.h"
#include "lock/document.h"
#include "lock/settings.h"
#include "lock/types.h"

// What happened: the only truth. An event's revision is its position in the journal and its time is that of
// the entry which carries it, so neither is stored in it. docs/format/events.md describes the bytes.

namespace holdfast::lock {

// The first event of a journal.
struct CellCreated {
  std::array<std::byte, 16> cell{};
  std::array<std::byte, 32> secret{};  // proves lease handles (protocol.md 27)
  std::uint64_t incarnation = 1;
  std::uint32_t rate_ppm = 1'000;  // r: by how much two clocks' rates may differ (protocol.md 12)
  FencingToken first_token{1};
  friend bool operator==(const CellCreated&, const CellCreated&) = default;
};

struct TookOver {
  Epoch epoch;
  friend bool operator==(const TookOver&, const TookOver&) = default;
};

// Its revision becomes the lease's id.
struct LeaseOpened {
  bool shared = false;  // opened first, to be used by many acquires; else it ends with its last hold
  Millis ttl{};
  Millis expires_in{};  // from the entry's time, before r is added: the ttl, or the claim; kNoExpiry
  std::string principal;
  std::string owner;
  std::string metadata;
  Alias alias;
  RequestTag request;
  Millis reattach{0};  // a takeover keeps it so long before it is claimed
  friend bool operator==(const LeaseOpened&, const LeaseOpened&) = default;
};

struct GrantedKey {
  std::string key;
  Mode mode = Mode::exclusive;
  std::string group;
  std::uint32_t permits = 1;
  std::uint32_t limit = 0;
  FencingToken token;  // the old one where a hold only became weaker
  friend bool operator==(const GrantedKey&, const GrantedKey&) = default;
};

// All keys of one acquire. Replaces the holds that the lease already had on them.
struct Granted {
  LeaseId lease;
  WaiterId waiter;  // none when it did not wait
  std::string reason;
  RequestTag request;
  std::vector<GrantedKey> keys;
  friend bool operator==(const Granted&, const Granted&) = default;
};

struct LeaseRenewed {
  LeaseId lease;
  Millis ttl{};
  friend bool operator==(const LeaseRenewed&, const LeaseRenewed&) = default;
};

// Ends the lease and every hold of it.
struct LeaseEnded {
  LeaseId lease;
  Ended how = Ended::release;
  Millis keep_for{0};
  RequestTag request;
  friend bool operator==(const LeaseEnded&, const LeaseEnded&) = default;
};

// Some holds of a lease end, the lease lives on.
struct Released {
  LeaseId lease;
  Ended how = Ended::release;
  Millis keep_for{0};
  RequestTag request;
  std::vector<std::string> keys;
  friend bool operator==(const Released&, const Released&) = default;
};

struct WaitedItem {
  std::string key;
  Mode mode = Mode::exclusive;
  std::string group;
  std::uint32_t permits = 1;
  std::uint32_t limit = 0;
  bool converts = false;  // the lease already holds the key in another mode and waits ahead of the queue
  bool relies = false;  // the lease already holds the key as asked; must still when granted (protocol.md 24)
  friend bool operator==(const WaitedItem&, const WaitedItem&) = default;
};

// Its revision becomes the waiter's id.
struct WaitBegan {
  LeaseId lease;  // none: a grant will open one
  Millis ttl{};
  Millis wait{};  // kNoDeadline for none
  Millis claim{0};
  Millis reattach{0};
  std::string principal;
  std::string owner;
  std::string reason;
  std::string metadata;
  Alias alias;  // of the lease that a grant will open
  RequestTag request;
  std::vector<WaitedItem> items;
  friend bool operator==(const WaitBegan&, const WaitBegan&) = default;
};

// A client came (back) to a waiter: a retry with the same request id.
struct WaiterAttached {
  WaiterId waiter;
  Millis wait{};
  friend bool operator==(const WaiterAttached&, const WaiterAttached&) = default;
};

struct WaiterDetached {
  WaiterId waiter;
  Millis reattach{};
  friend bool operator==(const WaiterDetached&, const WaiterDetached&) = default;
};

struct WaitEnded {
  WaiterId waiter;
  WaitEnd how = WaitEnd::timed_out;
  std::string by;      // of a break
  std::string reason;  // of a break
  friend bool operator==(const WaitEnded&, const WaitEnded&) = default;
};

// A grant that nobody was told of lives only this long, unless its client comes back.
struct GrantDetached {
  LeaseId lease;
  Millis reattach{};
  friend bool operator==(const GrantDetached&, const GrantDetached&) = default;
};

struct GrantAttached {
  LeaseId lease;
  friend bool operator==(const GrantAttached&, const GrantAttached&) = default;
};

// A key that was kept closed after a release can be granted again.
struct KeyOpened {
  std::string key;
  friend bool operator==(const KeyOpened&, const KeyOpened&) = default;
};

// New settings of a key. Its revision is their version.
struct LockRegistered {
  std::string key;
  Settings settings;
  std::string by;
  friend bool operator==(const LockRegistered&, const LockRegistered&) = default;
};

struct LockUnregistered {
  std::string key;
  std::string by;
  friend bool operator==(const LockUnregistered&, const LockUnregistered&) = default;
};

// Ends holds of a lease against its owner's will. Their keys stay closed until their present expiry, unless
// `now`, and then for their lock delay.
struct HoldsBroken {
  LeaseId lease;
  std::vector<std::string> keys;  // none: the lease ends whole
  bool now = false;
  std::string by;
  std::string reason;
  friend bool operator==(const HoldsBroken&, const HoldsBroken&) = default;
};

// The owner of the lease has learnt that these keys were taken from it.
struct LossesAcknowledged {
  LeaseId lease;
  std::vector<std::string> keys;
  friend bool operator==(const LossesAcknowledged&, const LossesAcknowledged&) = default;
};

// The present holders of the key are asked to let it go.
struct ReleaseRequested {
  std::string key;
  std::string by;
  std::string reason;
  friend bool operator==(const ReleaseRequested&, const ReleaseRequested&) = default;
};

// Changes nothing: a note of a refusal, for keys registered so.
struct AcquireRefused {
  std::string key;
  std::string principal;
  std::string owner;
  std::string reason;  // of the acquire
  Refusal why = Refusal::held;
  friend bool operator==(const AcquireRefused&, const AcquireRefused&) = default;
};

// A request that left no hold, wait or lease behind can be repeated all the same.
struct RequestRemembered {
  RequestTag request;
  LeaseId lease;
  std::vector<std::string> keys;
  friend bool operator==(const RequestRemembered&, const RequestRemembered&) = default;
};

// The first event of a journal that goes on from a backup or from another journal (protocol.md 6).
struct Restored {
  std::uint64_t incarnation = 0;
  FencingToken first_token;  // larger than any that may have been given since
  Revision revision;         // likewise; events go on after it
  Millis quiet{0};           // nothing is granted for so long
  friend bool operator==(const Restored&, const Restored&) = default;
};

// The quiet after a restore is over.
struct Reopened {
  friend bool operator==(const Reopened&, const Reopened&) = default;
};

// The last event of a journal whose state goes on in another.
struct Sealed {
  std::string successor;
  friend bool operator==(const Sealed&, const Sealed&) = default;
};

struct LevelRaised {
  std::uint32_t level = 0;
  friend bool operator==(const LevelRaised&, const LevelRaised&) = default;
};

// The document of a key is this object of the journal from now on.
struct DocumentStored {
  std::string key;
  ObjectId object{};
  std::uint64_t bytes = 0;
  friend bool operator==(const DocumentStored&, const DocumentStored&) = default;
};

struct DocumentRemoved {
  std::string key;
  friend bool operator==(const DocumentRemoved&, const DocumentRemoved&) = default;
};

using Event = std::variant<CellCreated, TookOver, LeaseOpened, Granted, LeaseRenewed, LeaseEnded, Released,
                           WaitBegan, WaiterAttached, WaiterDetached, WaitEnded, GrantDetached, GrantAttached,
                           KeyOpened, LockRegistered, LockUnregistered, HoldsBroken, LossesAcknowledged,
                           ReleaseRequested, AcquireRefused, RequestRemembered, Restored, Reopened, Sealed,
                           LevelRaised, DocumentStored, DocumentRemoved>;

}  // namespace holdfast::lock
