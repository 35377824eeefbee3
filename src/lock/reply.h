#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

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
  bool fresh =
      false;  // made by this acquire, whose lease did not hold the key before: what an Abandon may end
};

struct Acquired {
  LeaseInfo lease;
  std::vector<Grant> grants;
  Millis waited{0};  // in this attempt
  Millis queued{0};  // in all
};

struct LeaseStarted {
  LeaseInfo lease;
};

struct Renewed {
  LeaseInfo lease;
};

struct ReleaseDone {
  std::vector<std::string> keys;
};

struct CancelDone {
  bool cancelled = false;  // false: nothing of that id was waiting
};

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
  held,
  deadlock,
  limit_mismatch,
  request_id_reused,
  lock_delay,
  already_held,
  cancelled,  // the wait was cancelled by its own principal
  lease_gone,
  too_large,
  too_many_requests,
  overloaded,
  journal_unavailable,
  outcome_unknown,
  no_leader,
};

// How an ended lease ended, for its own holder.
struct EndedInfo {
  Ended how = Ended::release;
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

using Reply = std::variant<Acquired, LeaseStarted, Renewed, ReleaseDone, CancelDone, Refused>;

}  // namespace holdfast::lock
