#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lock/command.h"

// What clients ask, as a protocol has read it and before it is checked. Numbers are whatever the client
// wrote; nothing means that the client did not say. Leases come in as handles.

namespace holdfast::service {

// The group of a shared hold that names none. In commands, events and the state it is the empty text.
inline constexpr std::string_view kDefaultGroup = "read";

// Who asks. The principal is empty for an anonymous caller.
struct Caller {
  std::string principal;
  std::string address;      // from where, for people
  bool administers = true;  // everybody does while there is no authentication
};

// How one key is wanted; what an item leaves out is taken from the request it stands in.
struct Wanted {
  std::optional<lock::Mode> mode;
  std::optional<std::string> group;
  std::optional<std::int64_t> permits;
  std::optional<std::int64_t> limit;
};

struct WantedKey {
  std::string key;
  Wanted how;
  std::string field;  // where the client wrote it: "key", "keys[2]"
};

struct AcquireRequest {
  std::vector<WantedKey> keys;
  Wanted how;
  std::optional<std::string> lease;
  std::optional<std::int64_t> ttl_ms;  // -1: no expiry
  std::int64_t wait_ms = 0;            // -1: no limit
  std::int64_t claim_ms = 0;
  std::int64_t reattach_ms = 0;
  std::string owner;
  std::string reason;
  std::string metadata;  // JSON text of an object, or empty
  std::optional<std::string> request_id;
  lock::OnHeld on_held = lock::OnHeld::refuse;
};

// Of a client that knows no handles.
struct AliasedAcquireRequest {
  std::string key;
  lock::Alias alias;
  std::int64_t ttl_ms = -1;
  std::optional<std::string> group;             // of a shared hold; none: an exclusive one
  lock::OnHeld on_held = lock::OnHeld::refuse;  // by a lease of this alias
  std::string owner;
};

// The same of several keys, for a lease each.
struct AliasedAcquireEachRequest {
  std::vector<std::string> keys;  // distinct
  lock::Alias alias;
  std::int64_t ttl_ms = -1;
  std::string owner;
};

// Of a client that knows no handles and asks again and again instead of waiting.
struct PollRequest {
  std::string key;
  lock::Alias alias;
  lock::Millis ttl = lock::kNoExpiry;
  lock::Millis kept{0};  // how long its place is kept between two attempts, at most
  std::string owner;
  std::string reason;
  std::string metadata;  // JSON text of an object, or empty
};

struct OpenLeaseRequest {
  std::optional<std::int64_t> ttl_ms;
  std::string owner;
  std::string metadata;
  std::optional<std::string> request_id;
};

struct RenewRequest {
  std::string lease;
  std::optional<std::int64_t> ttl_ms;
  std::optional<std::string> request_id;
};

struct ReleaseRequest {
  std::string lease;
  std::optional<std::vector<std::string>> keys;  // nothing: the whole lease
  std::int64_t keep_for_ms = 0;
  std::optional<std::string> request_id;
};

struct CancelRequest {
  std::string request_id;
};

// What an If-Match header demands of the present settings.
struct Expectation {
  bool any = false;                       // "*"
  std::optional<lock::Revision> version;  // an entity tag
};

struct RegisterRequest {
  std::string key;
  std::string description;
  std::vector<std::string> owners;
  std::optional<std::int64_t> limit;
  std::vector<std::string> shared_groups;
  std::int64_t lock_delay_ms = 0;
  std::optional<std::int64_t> max_hold_ms;
  std::optional<std::int64_t> max_ttl_ms;
  std::optional<std::int64_t> max_wait_ms;
  bool allow_multi_key_wait = true;
  bool record_refusals = false;
  Expectation expected;
  std::optional<std::string> request_id;
};

struct UnregisterRequest {
  std::string key;
  Expectation expected;
  std::optional<std::string> request_id;
};

// Exactly one of lease, fencing_token and waiter.
struct BreakRequest {
  std::string key;
  std::optional<std::string> lease;  // its id, as lists show it, or its handle
  std::optional<std::int64_t> fencing_token;
  std::optional<std::int64_t> waiter;
  bool now = false;
  std::string reason;
  std::string owner;  // who asks, for people; the principal or the address when empty
  std::optional<std::string> request_id;
};

struct ReleaseWishRequest {
  std::string key;
  std::string reason;
  std::string owner;
  std::optional<std::string> request_id;
};

}  // namespace holdfast::service
