#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::load {

enum class Verb { acquire, renew, release, open_lease, show_lock };

std::string_view name_of(Verb verb);

// One request of a client; it keeps its request_id through every attempt.
struct Operation {
  Verb verb = Verb::acquire;
  std::vector<std::string> keys;  // of an acquire; else one, for the history
  bool shared = false;
  std::int64_t ttl_ms = 0;  // 0: not sent
  std::int64_t wait_ms = 0;
  std::string lease;       // a handle; empty: none
  std::string request_id;  // empty: none. An acquire's is also its owner, so that a queue shows who waits
};

struct Granted {
  std::string key;
  std::int64_t token = 0;
};

// One in a queue that was looked at.
struct Waiting {
  std::int64_t waiter = 0;
  std::string owner;
};

// What came back. `status` 0: nothing, so nobody knows whether it was done.
struct Answer {
  int status = 0;
  std::string code;  // of a problem
  std::string lease_id;
  std::string handle;
  std::vector<Granted> grants;
  std::vector<std::string> holders;  // the leases that a look at a lock showed
  std::vector<Waiting> queue;
  std::int64_t revision = 0;
  std::int64_t waited_ms = 0;
  std::int64_t expires_in_ms = 0;
};

// The HTTP request for it, replacing `out`.
void encode(const Operation& operation, std::string& out);

Answer decode(Verb verb, int status, std::string_view body);

}  // namespace holdfast::load
