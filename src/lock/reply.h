#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lock/alias.h"
#include "lock/settings.h"
#include "lock/types.h"

// What a command is answered with. Refusals are replies, not errors.

namespace holdfast::lock {

struct LeaseInfo {
  LeaseId id;
  std::string owner;
  Millis ttl{};
  std::optional<Millis> expires_in;  // none: no expiry. Without r, so that a client's deadline is early.
};

struct Grant {
  std::string key;
  Mode mode = Mode::exclusive;
  std::string group;
  std::uint32_t permits = 1;
  FencingToken token;
  FencingToken fence_floor;  // the smallest token among the present holders of the key (protocol.md 23)
  WallTime acquired_at;
  std::optional<Millis> expires_in;  // where the hold ends before its lease does
  bool fresh =
      false;  // made by this acquire, whose lease did not hold the key before: what an Abandon may end
};

struct Acquired {
  LeaseInfo lease;
  std::vector<Grant> grants;
  Millis waited{0};  // in this attempt
  Millis queued{0};  // in all
};

// Of several acquires that were decided together, in the order of their keys; one key and one lease each.
struct AcquiredEach {
  std::vector<Acquired> each;
};

struct LeaseStarted {
  LeaseInfo lease;
};

// How a lease or one of its holds was taken from its owner, or a wait ended.
struct EndedInfo {
  Ended how = Ended::release;
  std::string by;
  std::string reason;
};

// A hold that its lease has lost. Repeated until a release names the key.
struct LossInfo {
  std::string key;
  FencingToken token;
  EndedInfo ended;
};

struct ReleaseRequestInfo {
  std::string key;
  std::string by;
  std::string reason;
};

struct Renewed {
  LeaseInfo lease;
  std::vector<LossInfo> lost;
  std::vector<ReleaseRequestInfo> release_requested;
};

struct ReleaseDone {
  std::vector<std::string> keys;
};

struct CancelDone {
  bool cancelled = false;  // false: nothing of that id was waiting
};

struct RegisterDone {
  std::string key;
  Settings settings;
  Revision version;
  bool created = false;
};

struct UnregisterDone {
  std::string key;
};

// What was broken: a hold, or a wait. Told again to a retry, a hold is only named by key and lease.
struct BrokenInfo {
  std::string key;
  LeaseId lease;
  FencingToken token;
  WaiterId waiter;
  std::string owner;
  Millis opens_in{0};  // when the key can be granted to the next
};

struct BreakDone {
  std::vector<BrokenInfo> broken;
};

struct UpgradeDone {
  std::uint32_t level = 0;
};

// A document was stored or removed.
struct DocumentDone {};

struct HolderInfo {
  LeaseId lease;
  std::string owner;
  Mode mode = Mode::exclusive;
  std::string group;
  std::uint32_t permits = 1;
  FencingToken token;
  WallTime acquired_at;
  Millis held{0};
  std::optional<Millis> expires_in;
  std::string reason;
  std::string metadata;
  Dialect dialect = Dialect::native;
};

struct ReleaseRequestDone {
  std::string key;
  std::vector<HolderInfo> holders;  // who are told; none when nobody holds the key
};

struct WaiterInfo {
  WaiterId waiter;
  LeaseId lease;  // none: it will open one
  std::string owner;
  Mode mode = Mode::exclusive;
  std::string group;
  std::uint32_t permits = 1;
  std::size_t position = 0;  // 1 is the head
  Millis waiting{0};
  std::optional<Millis> deadline_in;
  bool detached = false;
  std::string reason;
};

enum class Code : std::uint8_t {
  invalid_argument,
  permission_denied,
  not_found,
  held,
  deadlock,
  limit_mismatch,
  request_id_reused,
  lock_delay,
  already_held,
  cancelled,  // the wait was cancelled by its own principal
  in_use,
  lease_gone,
  etag_mismatch,
  too_large,
  too_many_requests,
  overloaded,
  journal_unavailable,
  outcome_unknown,
  no_leader,
};

struct Refused {
  Code code = Code::held;
  std::string detail;  // one sentence for a person
  std::string key;     // the first key that stood in the way, if one did
  std::vector<HolderInfo> holders;
  std::size_t holder_count = 0;
  std::size_t queue_length = 0;
  std::vector<WaiterInfo> blocked_by;  // the waiters ahead, the nearest to the head first
  std::vector<std::string> cycle;      // deadlock: key, who holds or waits ahead, key, …
  Millis waited{0};
  std::optional<Millis> retry_after;
  std::optional<EndedInfo> ended;
};

using Reply =
    std::variant<Acquired, AcquiredEach, LeaseStarted, Renewed, ReleaseDone, CancelDone, RegisterDone,
                 UnregisterDone, BreakDone, ReleaseRequestDone, UpgradeDone, DocumentDone, Refused>;

}  // namespace holdfast::lock
