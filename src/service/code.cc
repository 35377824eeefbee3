#include "service/code.h"

#include <array>

#include "base/assert.h"

namespace holdfast::service {

std::string_view name_of(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return "invalid_argument";
    case Code::permission_denied:
      return "permission_denied";
    case Code::not_found:
      return "not_found";
    case Code::method_not_allowed:
      return "method_not_allowed";
    case Code::request_timeout:
      return "request_timeout";
    case Code::held:
      return "held";
    case Code::deadlock:
      return "deadlock";
    case Code::limit_mismatch:
      return "limit_mismatch";
    case Code::request_id_reused:
      return "request_id_reused";
    case Code::lock_delay:
      return "lock_delay";
    case Code::already_held:
      return "already_held";
    case Code::cancelled:
      return "cancelled";
    case Code::in_use:
      return "in_use";
    case Code::lease_gone:
      return "lease_gone";
    case Code::compacted:
      return "compacted";
    case Code::stale_fence:
      return "stale_fence";
    case Code::etag_mismatch:
      return "etag_mismatch";
    case Code::too_large:
      return "too_large";
    case Code::unsupported_media_type:
      return "unsupported_media_type";
    case Code::too_many_requests:
      return "too_many_requests";
    case Code::header_too_large:
      return "header_too_large";
    case Code::no_leader:
      return "no_leader";
    case Code::journal_unavailable:
      return "journal_unavailable";
    case Code::overloaded:
      return "overloaded";
    case Code::outcome_unknown:
      return "outcome_unknown";
  }
  HOLDFAST_ASSERT(!"a code without a name");
}

bool is_failure(Code code) {
  return code == Code::no_leader || code == Code::journal_unavailable || code == Code::overloaded ||
         code == Code::outcome_unknown;
}

Code code_of(lock::Code code) {
  switch (code) {
    case lock::Code::invalid_argument:
      return Code::invalid_argument;
    case lock::Code::held:
      return Code::held;
    case lock::Code::deadlock:
      return Code::deadlock;
    case lock::Code::limit_mismatch:
      return Code::limit_mismatch;
    case lock::Code::request_id_reused:
      return Code::request_id_reused;
    case lock::Code::lock_delay:
      return Code::lock_delay;
    case lock::Code::already_held:
      return Code::already_held;
    case lock::Code::cancelled:
      return Code::cancelled;
    case lock::Code::permission_denied:
      return Code::permission_denied;
    case lock::Code::not_found:
      return Code::not_found;
    case lock::Code::in_use:
      return Code::in_use;
    case lock::Code::etag_mismatch:
      return Code::etag_mismatch;
    case lock::Code::lease_gone:
      return Code::lease_gone;
    case lock::Code::too_large:
      return Code::too_large;
    case lock::Code::too_many_requests:
      return Code::too_many_requests;
    case lock::Code::overloaded:
      return Code::overloaded;
    case lock::Code::journal_unavailable:
      return Code::journal_unavailable;
    case lock::Code::outcome_unknown:
      return Code::outcome_unknown;
    case lock::Code::no_leader:
      return Code::no_leader;
  }
  HOLDFAST_ASSERT(!"a lock code without a wire code");
}

std::string_view name_of(lock::Ended how) {
  switch (how) {
    case lock::Ended::release:
      return "release";
    case lock::Ended::expiry:
      return "expiry";
    case lock::Ended::undelivered:
      return "undelivered";
    case lock::Ended::broken:
      return "break";
    case lock::Ended::max_hold:
      return "max_hold";
  }
  HOLDFAST_ASSERT(!"an end without a name");
}

}  // namespace holdfast::service
