#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/messages.h"

// Requests and replies, as in messages.h, of what others than a lease's owner ask of a lock.

namespace holdfast::client {

// Exactly one of `lease`, `fencing_token` and `waiter` says what to break.
struct BreakRequest {
  std::string key;
  std::string lease;  // its public id
  std::optional<std::uint64_t> fencing_token;
  std::optional<std::uint64_t> waiter;
  std::string reason;
  bool now = false;
  std::string owner;  // who asks
  std::string request_id;
};

// A hold, or with `waiter` a place in the queue. The answer to a repetition has only key and lease.
struct Broken {
  std::string key;
  std::string lease;
  std::optional<std::uint64_t> waiter;
  std::uint64_t fencing_token = 0;
  std::string owner;
  std::optional<Milliseconds> opens_in;
};

struct BreakReply {
  std::vector<Broken> broken;
  std::string json;
};

struct AskReleaseRequest {
  std::string key;
  std::string reason;
  std::string owner;  // who asks
  std::string request_id;
};

struct AskReleaseReply {
  std::vector<Holder> holders;  // who is told
  std::string json;
};

struct RegisterRequest {
  std::string key;
  LockSettings settings;
  std::string etag;  // of the settings that these replace; empty: there are none yet
  std::string request_id;
};

struct RegisterReply {
  LockSettings settings;
  std::string json;
};

struct UnregisterReply {
  std::string key;
  std::string json;
};

}  // namespace holdfast::client
