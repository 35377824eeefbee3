#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lock/reply.h"
#include "lock/types.h"
#include "service/fault.h"

// Interfaces of other systems on the HTTP port. The folder of each, api/dialects/<name>, has its routes and
// handlers; what is refused on these routes before or beside a handler is told in the dialect's shape too.

namespace holdfast::api::http {

// One of them. A constant, to which its routes point.
struct Dialect {
  std::string_view content_type;  // of refusals; a literal
  // Appends the body of a refusal to an empty text, and returns its status.
  int (*write_refusal)(const service::Fault& fault, std::string& body);
  // What begins so and is no route is refused in this shape too: "/v1/distributed_lock/". Empty: nothing.
  std::string_view home;
};

// What an operator can say of one.
struct DialectSettings {
  bool enabled = true;
  lock::Millis default_ttl = lock::kNoExpiry;  // of what asks for none
  std::uint64_t rate_per_minute = 0;           // requests of one client; 0: no limit
  bool force_unlock = true;                    // whether a call that names no holder may end a hold
};

struct Dialects {
  DialectSettings keys;
  DialectSettings rwlocks;
  DialectSettings terraform;
};

// A refusal of the keeper, for those who tell no more of it than that.
inline service::Fault fault_of(const lock::Refused& refused) {
  return {service::code_of(refused.code), refused.detail, refused.key};
}

}  // namespace holdfast::api::http
