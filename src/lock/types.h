#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/strong_id.h"

// The numbers and small words of the lock rules; design.md "Words" in code.

namespace holdfast::lock {

using Millis = std::chrono::milliseconds;

// Journal time: milliseconds since the cell began. Carried in entries, driven by the keeper's monotonic
// clock, never backwards, standing still while there is no keeper. Nothing else decides an expiry.
struct JournalClock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = Millis;
  using time_point = std::chrono::time_point<JournalClock>;
  static constexpr bool is_steady = true;
};
using JournalTime = JournalClock::time_point;
inline constexpr JournalTime kNever = JournalTime::max();

// Wall-clock milliseconds since 1970. For display only; no rule reads it.
using WallTime = std::chrono::sys_time<Millis>;

// The position of an event in the journal.
using Revision = StrongId<struct RevisionTag>;
// Given with each grant; larger than every earlier grant's in the whole service, forever. Below 2^53.
using FencingToken = StrongId<struct FencingTokenTag>;
// A lease is named by the revision of the event that opened it, a waiter by the one at which it began to
// wait.
using LeaseId = StrongId<struct LeaseIdTag>;
using WaiterId = StrongId<struct WaiterIdTag>;
// Which keeper wrote an entry; grows at each takeover.
using Epoch = StrongId<struct EpochTag>;

enum class Mode : std::uint8_t { exclusive, shared };

// How a lease, or one of its holds, came to its end.
enum class Ended : std::uint8_t {
  release,      // by its owner
  expiry,       // not renewed in time
  undelivered,  // granted while nobody was there to be told
  broken,       // by somebody with the right to
  max_hold,     // the lock's cap on a hold
};

// Why a wait ended without a grant.
enum class WaitEnd : std::uint8_t {
  timed_out,       // its own deadline
  cancelled,       // by a cancel of the same principal
  disconnected,    // its client went away and had not asked to keep the place
  not_reattached,  // its client went away and did not come back in time
  lease_ended,     // the lease it asked for has ended
  hold_lost,       // a key that it relied on already holding was lost
  broken,          // by somebody with the right to
};

// Why an acquire was refused at once, as far as it is kept.
enum class Refusal : std::uint8_t {
  held,
  deadlock,
  limit_mismatch,
  lock_delay,
  already_held,
  not_allowed,  // by the key's settings
};

// A ttl of no expiry, on the wire -1.
inline constexpr Millis kNoExpiry{-1};
inline constexpr Millis kNoDeadline{-1};

// The name under which a request can be repeated: a hash of principal and request_id, and a fingerprint of
// what was asked, so that the same id with another body is noticed (protocol.md 25). `id` zero means none.
struct RequestTag {
  std::array<std::uint64_t, 2> id{};
  std::uint64_t fingerprint = 0;

  explicit operator bool() const { return id[0] != 0 || id[1] != 0; }
  friend bool operator==(const RequestTag&, const RequestTag&) = default;
};

}  // namespace holdfast::lock
