#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/dialects/rwlocks/identity.h"
#include "lock/state.h"

namespace holdfast::api::rwlocks {

enum class Use { free, read, write };

// A lease that holds the lock, as the dialect tells it.
struct Process {
  std::string id;           // "native:7" and the like for those of other dialects
  lock::LeaseId lease;      // of one of this dialect, whom its clients may end; else none
  lock::WallTime acquired;  // when it was granted, or refreshed since
  std::int64_t timeout_s = 0;
};

// The object of which the dialect tells.
struct RwLock {
  Identity identity;
  std::string lock_id;
  bool is_write_exclusive = false;
  Use use = Use::free;
  std::vector<Process> readers;  // in the order in which they were granted or refreshed
  std::vector<Process> writers;
};

// None when there is no such lock.
std::optional<RwLock> find_rw_lock(const lock::State& state, std::string_view key, std::string_view lock_id,
                                   lock::JournalTime now);

// As JSON. `changed` is when the request changed it, if it did.
std::string to_json(const RwLock& lock, std::optional<lock::WallTime> changed = std::nullopt);

// "FREE", "READ", "WRITE"
std::string_view name_of(Use use);

}  // namespace holdfast::api::rwlocks
