#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/deadline.h"

// Requests and replies of the REST interface (api.md section 2) as values. Texts are as the server gave
// them; an absent number or an expiry of null is nothing. Every reply keeps the JSON it was read from.

namespace holdfast::client {

// A lease as its owner sees it.
struct Lease {
  std::string id;
  std::string handle;  // id and proof; empty where it is not the caller's
  std::string owner;
  std::optional<Milliseconds> ttl;  // nothing: no expiry
  std::optional<Milliseconds> expires_in;
};

struct Grant {
  std::string key;
  std::string mode;
  std::uint64_t fencing_token = 0;
};

struct AcquireRequest {
  std::vector<std::string> keys;
  bool shared = false;
  std::string group;  // empty: the server's default
  std::optional<std::uint64_t> permits;
  std::optional<std::uint64_t> limit;
  std::optional<Milliseconds> ttl;  // -1 ms: no expiry; nothing: the server's default
  std::string lease;                // a handle; then there is no ttl
  Milliseconds wait{0};             // -1 ms: without limit
  Milliseconds claim{0};            // 0: not sent
  Milliseconds reattach{0};         // 0: not sent
  std::string owner;
  std::string reason;
  std::string request_id;
};

struct AcquireReply {
  Lease lease;
  std::vector<Grant> grants;  // in the order of the keys asked for
  Milliseconds waited{0};
  std::string json;
};

struct LostHold {
  std::string key;
  std::string ended_by;  // break, max_hold, …
  std::string by;        // empty where nobody did it
  std::string reason;
};

struct ReleaseWish {
  std::string key;
  std::string by;
  std::string reason;
  friend bool operator==(const ReleaseWish&, const ReleaseWish&) = default;
};

struct RenewRequest {
  std::string lease;                // a handle
  std::optional<Milliseconds> ttl;  // -1 ms: no expiry; nothing: unchanged
  std::string request_id;
};

struct RenewReply {
  Lease lease;
  std::vector<LostHold> lost;
  std::vector<ReleaseWish> release_requested;
  std::string json;
};

struct ReleaseRequest {
  std::string lease;              // a handle
  std::vector<std::string> keys;  // empty: the whole lease
  Milliseconds keep_for{0};       // 0: not sent
  std::string request_id;
};

struct ReleaseReply {
  std::vector<std::string> released;
  std::string json;
};

struct OpenLeaseRequest {
  std::optional<Milliseconds> ttl;
  std::string owner;
  std::string request_id;
};

struct LeaseView {
  Lease lease;
  std::vector<Grant> holds;  // mode is empty
};

struct LeaseReply {
  LeaseView lease;
  std::string json;
};

struct LeaseListReply {
  std::vector<LeaseView> leases;
  std::string next_cursor;  // empty: the last page
  std::string json;
};

struct Holder {
  std::string lease;
  std::string owner;
  std::string mode;
  std::string group;
  std::uint64_t permits = 1;
  std::uint64_t fencing_token = 0;
  std::string reason;
  std::string dialect;  // whose protocol its client speaks; "native"
  std::optional<Milliseconds> held;
  std::optional<Milliseconds> expires_in;
};

struct Waiter {
  std::uint64_t waiter = 0;
  std::string owner;
  std::string mode;
  std::optional<Milliseconds> waiting;
};

// Of a registered lock. A rule that is nothing, or an empty list, does not restrict.
struct LockSettings {
  std::string description;
  std::vector<std::string> owners;
  std::optional<std::uint64_t> limit;
  std::vector<std::string> shared_groups;
  Milliseconds lock_delay{0};
  std::optional<Milliseconds> max_hold;
  std::optional<Milliseconds> max_ttl;
  std::optional<Milliseconds> max_wait;
  bool allow_multi_key_wait = true;
  bool record_refusals = false;
  friend bool operator==(const LockSettings&, const LockSettings&) = default;
};

struct LockView {
  std::string key;
  std::string state;            // free, reserved, exclusive or shared
  std::vector<Holder> holders;  // the oldest ones
  std::uint64_t holder_count = 0;
  std::vector<Waiter> queue;  // from its head
  std::uint64_t queue_length = 0;
  std::optional<Milliseconds> opens_in;          // closed for so long, whoever holds it now
  std::optional<std::string> release_requested;  // why its holders are asked to let go
  std::optional<LockSettings> settings;          // of a registered lock
};

struct LockReply {
  LockView lock;
  std::string etag;  // of the settings, for If-Match; empty if there are none
  std::string json;
};

struct LockListRequest {
  std::string prefix;
  std::string state;
  std::string owner;
  std::string cursor;
};

struct LockListReply {
  std::vector<LockView> locks;
  std::string next_cursor;
  std::string json;
};

// What happened. `keys` has them all in a stream, the one of the row in history.
struct Event {
  std::string id;
  std::string kind;
  std::string at;
  std::vector<std::string> keys;
  std::uint64_t fencing_token = 0;  // of the first key
  std::string owner;
  std::string reason;
  std::string by;
  std::string outcome;
  std::string json;  // of a stream
};

struct WatchRequest {
  std::string prefix;
  std::string lease;  // a public id: only what concerns it; empty: all
  std::string since;  // an event's id; empty: from now on
};

struct HistoryRequest {
  std::string key;
  std::string owner;
  std::string since;
  std::string cursor;
  std::size_t limit = 0;  // 0: as the server likes
};

struct HistoryReply {
  std::vector<Event> events;
  std::string next_cursor;
  std::string json;
};

// Also the reply of calls that answer with nothing in particular.
struct StatusReply {
  std::vector<std::pair<std::string, std::string>> members;  // inner objects flattened as `outer.inner`
  std::string json;
};

}  // namespace holdfast::client
