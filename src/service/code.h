#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lock/reply.h"

// The codes of every refusal that a client of any protocol can see (api.md section 2). Their names are part
// of the wire contract: they are never renamed.

namespace holdfast::service {

enum class Code : std::uint8_t {
  invalid_argument,
  permission_denied,
  not_found,
  method_not_allowed,
  request_timeout,
  held,
  deadlock,
  limit_mismatch,
  request_id_reused,
  lock_delay,
  already_held,
  cancelled,
  in_use,
  lease_gone,
  compacted,
  stale_fence,
  etag_mismatch,
  too_large,
  unsupported_media_type,
  too_many_requests,
  header_too_large,
  no_leader,
  journal_unavailable,
  overloaded,
  outcome_unknown,
};
inline constexpr std::size_t kCodeCount = static_cast<std::size_t>(Code::outcome_unknown) + 1;

// The wire name: "invalid_argument".
std::string_view name_of(Code code);

// Whether it is not the request that is the reason, but the state that the server is in.
bool is_failure(Code code);

Code code_of(lock::Code code);

// The wire name of how a lease ended: "release", "expiry", "undelivered", "break", "max_hold".
std::string_view name_of(lock::Ended how);

}  // namespace holdfast::service
