#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "lock/reply.h"
#include "lock/state.h"

// Who holds a key, as the clients of a dialect are told.

namespace holdfast::api {

// Of several holders the oldest; null when nobody holds the key.
inline const lock::Hold* holder_of(const lock::State& state, std::string_view key) {
  const lock::Ref<lock::Lock> lock = state.find_lock(key);
  const lock::Ref<lock::Hold> first = lock ? state.locks()[lock].holders.front() : lock::Ref<lock::Hold>{};
  return first ? &state.holds()[first] : nullptr;
}

// Of a lease that no client of the dialect has: only that it is one.
inline std::string foreign_name(lock::Dialect dialect, lock::LeaseId lease) {
  return fmt::format("{}:{}", lock::name_of(dialect), lease.value);
}

// What a client of the dialect calls its own lease; of anybody else's only that it is one, because a name
// proves ownership.
inline std::string name_shown(const lock::Lease& lease, lock::Dialect dialect, std::string_view principal) {
  const bool own = lease.dialect == dialect && lease.principal.view() == principal;
  return own ? std::string(lease.alias.view()) : foreign_name(lease.dialect, lease.id);
}

// Whether the key is somebody else's just now, which most dialects tell otherwise than as an error.
inline bool is_taken(const lock::Refused& refused) {
  return refused.code == lock::Code::held || refused.code == lock::Code::lock_delay;
}

}  // namespace holdfast::api
