#pragma once

#include <optional>

#include "base/bytes.h"
#include "lock/records.h"

// The bytes of a record's truth, for snapshots and the digest. Records are named by what is stable (keys,
// ids), never by their place in memory. docs/format/events.md describes them.

namespace holdfast::lock {

class State;

enum class RecordKind : std::uint8_t {
  lease = 1,
  request,
  waiter,
  hold,
  closed_lock,
  ended_lease,
  hold_cap,
  loss,
  registration,
  release_wish,
  document,
};

// A lock that is not closed has no truth of its own and encodes to nothing.
void encode_record(const State& state, const Lease& lease, ByteWriter& out);
void encode_record(const State& state, const Request& request, ByteWriter& out);
void encode_record(const State& state, const Waiter& waiter, ByteWriter& out);
void encode_record(const State& state, const Hold& hold, ByteWriter& out);
void encode_record(const State& state, const Lock& lock, ByteWriter& out);
void encode_record(const State& state, const EndedLease& ended, ByteWriter& out);
void encode_record(const State& state, const HoldCap& cap, ByteWriter& out);
void encode_record(const State& state, const Loss& loss, ByteWriter& out);
void encode_record(const State& state, const Registration& registration, ByteWriter& out);
void encode_record(const State& state, const ReleaseWish& wish, ByteWriter& out);
void encode_record(const State& state, const Document& document, ByteWriter& out);

// Decoded records whose references are still names.
struct NamedPlace {
  std::string_view key;
  Place place;
};
struct NamedWaiter {
  Waiter waiter;
  std::vector<NamedPlace> places;
  std::array<std::uint64_t, 2> request{};
};
struct NamedHold {
  Hold hold;
  std::string_view key;
  LeaseId lease;
  std::array<std::uint64_t, 2> request{};
};
struct NamedLease {
  Lease lease;
  std::array<std::uint64_t, 2> request{};
};
struct NamedClosedLock {
  std::string_view key;
  JournalTime closed_until;
};
struct NamedHoldCap {
  std::string_view key;
  LeaseId lease;
  JournalTime until;
};
struct NamedLoss {
  Loss loss;
  LeaseId lease;
};
struct NamedRegistration {
  Registration registration;
  std::string_view key;
};
struct NamedReleaseWish {
  ReleaseWish wish;
  std::string_view key;
};

// Each reads what follows the kind byte. Views point into the reader's buffer; failures are in in.failed().
NamedLease decode_lease(ByteReader& in);
Request decode_request(ByteReader& in);
NamedWaiter decode_waiter(ByteReader& in);
NamedHold decode_hold(ByteReader& in);
NamedClosedLock decode_closed_lock(ByteReader& in);
EndedLease decode_ended_lease(ByteReader& in);
NamedHoldCap decode_hold_cap(ByteReader& in);
NamedLoss decode_loss(ByteReader& in);
NamedRegistration decode_registration(ByteReader& in);
NamedReleaseWish decode_release_wish(ByteReader& in);
Document decode_document(ByteReader& in);

}  // namespace holdfast::lock
