#include "lock/record_codec.h"

#include "lock/field_codec.h"
#include "lock/settings_codec.h"
#include "lock/state.h"

namespace holdfast::lock {
namespace {

void put_kind(ByteWriter& out, RecordKind kind) {
  out.u8(static_cast<std::uint8_t>(kind));
}

std::array<std::uint64_t, 2> request_id(const State& state, Ref<Request> request) {
  return request ? state.requests()[request].tag.id : std::array<std::uint64_t, 2>{};
}

void put_place(const State& state, const Place& place, ByteWriter& out) {
  out.text(state.locks()[place.lock].key.view());
  out.text(place.group.view());
  out.varint(place.permits);
  out.varint(place.limit);
  out.u8(static_cast<std::uint8_t>(place.mode));
  out.u8(place.converts);
  out.u8(place.relies);
}

void put_blame(ByteWriter& out, const Blame& blame) {
  out.text(blame.by.view());
  out.text(blame.reason.view());
}

Blame get_blame(ByteReader& in) {
  Text by = get_text(in);
  return {std::move(by), get_text(in)};
}

NamedPlace get_place(ByteReader& in) {
  NamedPlace named;
  named.key = get_view(in);
  named.place.group = get_text(in);
  named.place.permits = get_u32(in);
  named.place.limit = get_u32(in);
  named.place.mode = get_enum(in, Mode::shared);
  named.place.converts = get_bool(in);
  named.place.relies = get_bool(in);
  return named;
}

}  // namespace

void encode_record(const State& state, const Lease& lease, ByteWriter& out) {
  put_kind(out, RecordKind::lease);
  put(out, lease.id);
  put(out, lease.expires);
  out.text(lease.principal.view());
  out.text(lease.owner.view());
  out.text(lease.metadata.view());
  put_alias(out, lease.dialect, lease.alias.view());
  put(out, lease.ttl());
  put(out, lease.reattach());
  out.u8(lease.shared);
  out.u8(lease.unclaimed);
  put_request_id(out, request_id(state, lease.request));
}

NamedLease decode_lease(ByteReader& in) {
  NamedLease named;
  named.lease.id = get_id<LeaseId>(in);
  named.lease.expires = get_journal_time(in);
  named.lease.principal = get_text(in);
  named.lease.owner = get_text(in);
  named.lease.metadata = get_text(in);
  set_alias(named.lease, get_alias(in));
  named.lease.ttl_ms = static_cast<std::int32_t>(get_millis(in).count());
  named.lease.reattach_ms = static_cast<std::int32_t>(get_millis(in).count());
  named.lease.shared = get_bool(in);
  named.lease.unclaimed = get_bool(in);
  named.request = get_request_id(in);
  return named;
}

void encode_record(const State&, const Request& request, ByteWriter& out) {
  put_kind(out, RecordKind::request);
  put(out, request.tag);
  out.u8(static_cast<std::uint8_t>(request.kind));
  put(out, request.lease_id);
  put(out, request.ended);
  put(out, request.ended_at);
  out.u8(static_cast<std::uint8_t>(request.wait_end));
  out.u8(static_cast<std::uint8_t>(request.lease_end));
  out.varint(request.released.size());
  for (const Text& key : request.released) out.text(key.view());
}

Request decode_request(ByteReader& in) {
  Request request;
  request.tag = get_request_tag(in);
  request.kind = get_enum(in, Request::Kind::done);
  request.lease_id = get_id<LeaseId>(in);
  request.ended = get_id<Revision>(in);
  request.ended_at = get_journal_time(in);
  request.wait_end = get_enum(in, WaitEnd::broken);
  request.lease_end = get_enum(in, Ended::max_hold);
  const std::uint64_t released = in.varint();
  for (std::uint64_t i = 0; i < released && !in.failed(); ++i) request.released.push_back(get_text(in));
  return request;
}

void encode_record(const State& state, const Waiter& waiter, ByteWriter& out) {
  put_kind(out, RecordKind::waiter);
  put(out, waiter.id);
  put(out, waiter.lease_id);
  put(out, waiter.ttl);
  put(out, waiter.claim);
  put(out, waiter.reattach);
  put(out, waiter.since);
  put(out, waiter.attached_since);
  put(out, waiter.deadline);
  put(out, waiter.detached_until);
  out.text(waiter.principal.view());
  out.text(waiter.owner.view());
  out.text(waiter.reason.view());
  out.text(waiter.metadata.view());
  put_alias(out, waiter.dialect, waiter.alias.view());
  put_request_id(out, request_id(state, waiter.request));
  out.varint(waiter.places.size());
  for (const Ref<Place> place : waiter.places) put_place(state, state.places()[place], out);
}

NamedWaiter decode_waiter(ByteReader& in) {
  NamedWaiter named;
  Waiter& waiter = named.waiter;
  waiter.id = get_id<WaiterId>(in);
  waiter.lease_id = get_id<LeaseId>(in);
  waiter.ttl = get_millis(in);
  waiter.claim = get_millis(in);
  waiter.reattach = get_millis(in);
  waiter.since = get_journal_time(in);
  waiter.attached_since = get_journal_time(in);
  waiter.deadline = get_journal_time(in);
  waiter.detached_until = get_journal_time(in);
  waiter.principal = get_text(in);
  waiter.owner = get_text(in);
  waiter.reason = get_text(in);
  waiter.metadata = get_text(in);
  set_alias(waiter, get_alias(in));
  named.request = get_request_id(in);
  const std::uint64_t places = in.varint();
  for (std::uint64_t i = 0; i < places && !in.failed(); ++i) named.places.push_back(get_place(in));
  return named;
}

void encode_record(const State& state, const Hold& hold, ByteWriter& out) {
  put_kind(out, RecordKind::hold);
  out.text(state.locks()[hold.lock].key.view());
  put(out, state.leases()[hold.lease].id);
  put(out, hold.token);
  put(out, hold.since);
  put(out, hold.acquired_at);
  out.text(hold.group.view());
  out.text(hold.reason.view());
  out.varint(hold.permits);
  out.varint(hold.limit);
  out.u8(static_cast<std::uint8_t>(hold.mode));
  put_request_id(out, request_id(state, hold.request));
}

NamedHold decode_hold(ByteReader& in) {
  NamedHold named;
  named.key = get_view(in);
  named.lease = get_id<LeaseId>(in);
  named.hold.token = get_id<FencingToken>(in);
  named.hold.since = get_journal_time(in);
  named.hold.acquired_at = get_wall_time(in);
  named.hold.group = get_text(in);
  named.hold.reason = get_text(in);
  named.hold.permits = get_u32(in);
  named.hold.limit = get_u32(in);
  named.hold.mode = get_enum(in, Mode::shared);
  named.request = get_request_id(in);
  return named;
}

void encode_record(const State&, const Lock& lock, ByteWriter& out) {
  if (!lock.closed()) return;
  put_kind(out, RecordKind::closed_lock);
  out.text(lock.key.view());
  put(out, lock.closed_until);
}

NamedClosedLock decode_closed_lock(ByteReader& in) {
  const std::string_view key = get_view(in);
  return {key, get_journal_time(in)};
}

void encode_record(const State&, const EndedLease& ended, ByteWriter& out) {
  put_kind(out, RecordKind::ended_lease);
  put(out, ended.id);
  put(out, ended.ended);
  put(out, ended.ended_at);
  out.u8(static_cast<std::uint8_t>(ended.how));
  if (ended.how != Ended::broken) return;
  static const Blame kNobody;
  put_blame(out, ended.blame ? *ended.blame : kNobody);
}

EndedLease decode_ended_lease(ByteReader& in) {
  EndedLease ended;
  ended.id = get_id<LeaseId>(in);
  ended.ended = get_id<Revision>(in);
  ended.ended_at = get_journal_time(in);
  ended.how = get_enum(in, Ended::max_hold);
  if (ended.how == Ended::broken) ended.blame = std::make_unique<Blame>(get_blame(in));
  return ended;
}

void encode_record(const State& state, const HoldCap& cap, ByteWriter& out) {
  const Hold& hold = state.holds()[cap.hold];
  put_kind(out, RecordKind::hold_cap);
  out.text(state.locks()[hold.lock].key.view());
  put(out, state.leases()[hold.lease].id);
  put(out, cap.until);
}

NamedHoldCap decode_hold_cap(ByteReader& in) {
  return {get_view(in), get_id<LeaseId>(in), get_journal_time(in)};
}

void encode_record(const State& state, const Loss& loss, ByteWriter& out) {
  put_kind(out, RecordKind::loss);
  put(out, state.leases()[loss.lease].id);
  put(out, loss.token);
  out.text(loss.key.view());
  out.u8(static_cast<std::uint8_t>(loss.how));
  put_blame(out, loss.blame);
}

NamedLoss decode_loss(ByteReader& in) {
  NamedLoss named;
  named.lease = get_id<LeaseId>(in);
  named.loss.token = get_id<FencingToken>(in);
  named.loss.key = get_text(in);
  named.loss.how = get_enum(in, Ended::max_hold);
  named.loss.blame = get_blame(in);
  return named;
}

void encode_record(const State& state, const Registration& registration, ByteWriter& out) {
  put_kind(out, RecordKind::registration);
  out.text(state.locks()[registration.lock].key.view());
  put(out, registration.version);
  put(out, registration.settings);
}

NamedRegistration decode_registration(ByteReader& in) {
  NamedRegistration named;
  named.key = get_view(in);
  named.registration.version = get_id<Revision>(in);
  named.registration.settings = get_settings(in);
  return named;
}

void encode_record(const State& state, const ReleaseWish& wish, ByteWriter& out) {
  put_kind(out, RecordKind::release_wish);
  out.text(state.locks()[wish.lock].key.view());
  put(out, wish.before);
  put_blame(out, wish.blame);
}

NamedReleaseWish decode_release_wish(ByteReader& in) {
  NamedReleaseWish named;
  named.key = get_view(in);
  named.wish.before = get_id<FencingToken>(in);
  named.wish.blame = get_blame(in);
  return named;
}

}  // namespace holdfast::lock
