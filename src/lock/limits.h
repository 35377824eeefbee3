#pragma once

#include <cstddef>
#include <cstdint>

#include "lock/types.h"

// Every bound of the lock rules in one place. Each has a defined refusal (design.md promise 10).

namespace holdfast::lock {

inline constexpr std::size_t kMaxKeyBytes = 512;
inline constexpr std::size_t kMaxKeysPerAcquire = 256;
inline constexpr std::size_t kMaxGroupBytes = 64;
inline constexpr std::size_t kMaxOwnerBytes = 256;
inline constexpr std::size_t kMaxReasonBytes = 1024;
inline constexpr std::size_t kMaxMetadataBytes = 4096;
inline constexpr std::size_t kMaxAliasBytes = 1024;
inline constexpr std::size_t kMaxRequestIdBytes = 128;
inline constexpr std::uint32_t kMaxPermits = 1'000'000;
inline constexpr Millis kMinTtl{100};
inline constexpr Millis kMaxTtl{24 * 60 * 60 * 1000};
inline constexpr Millis kMaxWait{7 * 24 * 60 * 60 * 1000};
inline constexpr Millis kMaxReattach{10 * 60 * 1000};
inline constexpr Millis kMaxKeepFor{24 * 60 * 60 * 1000};

inline constexpr std::size_t kMaxHoldsPerLease = 10'000;
inline constexpr std::size_t kMaxWaitersPerLease = 1'000;
inline constexpr std::size_t kMaxEntryBytes = 512 << 10;
inline constexpr std::size_t kMaxDecisionBytes = 256 << 10;  // of events of one command
inline constexpr std::size_t kMaxGrantsPerEntry = 1'000;     // wake-ups and expiries drained by one entry
inline constexpr std::size_t kMaxDeadlockNodes = 10'000;

inline constexpr std::size_t kMaxRegistrations = 100'000;
inline constexpr std::size_t kMaxRegisteredOwners = 100;
inline constexpr std::size_t kMaxRegisteredGroups = 32;
inline constexpr Millis kMaxLockDelay{60 * 60 * 1000};
inline constexpr Millis kMaxMaxHold{366LL * 24 * 60 * 60 * 1000};

inline constexpr std::size_t kMaxPollersPerKey = 100;  // as many waits of those who poll keep a place
inline constexpr Millis kShortestPollPlace{5'000};

inline constexpr std::size_t kMaxDocuments = 10'000;
inline constexpr std::uint64_t kMaxDocumentBytes = 16u << 20;
inline constexpr std::uint64_t kMaxAllDocumentBytes = 4ull << 30;

inline constexpr std::size_t kMaxLeases = 10'000'000;
inline constexpr std::size_t kMaxWaiters = 1'000'000;

// How long an ended request or lease is remembered, and how many of them (protocol.md 25).
inline constexpr Millis kRememberEnded{10 * 60 * 1000};
inline constexpr std::size_t kMaxRemembered = 1'000'000;

// What one refusal or one view shows at most of a long queue or a crowd of holders.
inline constexpr std::size_t kMaxShownHolders = 100;
inline constexpr std::size_t kMaxShownWaiters = 1'000;
inline constexpr std::size_t kMaxNamedInRefusal = 10;
inline constexpr std::size_t kMaxKeysScannedPerPage = 10'000;

}  // namespace holdfast::lock
