#include "lock/event_codec.h"

#include "lock/field_codec.h"
#include "lock/settings_codec.h"

namespace holdfast::lock {
namespace {

enum class Kind : std::uint8_t {
  cell_created = 1,
  took_over,
  lease_opened,
  granted,
  lease_renewed,
  lease_ended,
  released,
  wait_began,
  waiter_attached,
  waiter_detached,
  wait_ended,
  grant_detached,
  grant_attached,
  key_opened,
  lock_registered,
  lock_unregistered,
  holds_broken,
  losses_acknowledged,
  release_requested,
  acquire_refused,
  request_remembered,
  restored,
  reopened,
  sealed,
  level_raised,
  document_stored,
  document_removed,
};

// --- parts ---

template <class Enum>
void put_enum(ByteWriter& out, Enum value) {
  out.u8(static_cast<std::uint8_t>(value));
}

void put_keys(ByteWriter& out, const std::vector<std::string>& keys) {
  out.varint(keys.size());
  for (const std::string& key : keys) out.text(key);
}

std::string get_string(ByteReader& in) {
  return std::string(get_view(in));
}

// `count` items by `get`, stopping at the first failure, so that a huge count costs nothing.
template <class T, class Get>
std::vector<T> get_list(ByteReader& in, Get get) {
  std::vector<T> list;
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) list.push_back(get());
  return list;
}

std::vector<std::string> get_keys(ByteReader& in) {
  return get_list<std::string>(in, [&] { return get_string(in); });
}

template <std::size_t kSize>
std::array<std::byte, kSize> get_array(ByteReader& in) {
  std::array<std::byte, kSize> bytes{};
  const ByteView raw = in.raw(kSize);
  std::copy(raw.begin(), raw.end(), bytes.begin());
  return bytes;
}

// --- encoding ---

struct Encode {
  ByteWriter& out;

  void kind(Kind value) const { put_enum(out, value); }

  void operator()(const CellCreated& e) const {
    kind(Kind::cell_created);
    out.raw(e.cell);
    out.raw(e.secret);
    out.varint(e.incarnation);
    out.varint(e.rate_ppm);
    put(out, e.first_token);
  }
  void operator()(const TookOver& e) const {
    kind(Kind::took_over);
    put(out, e.epoch);
  }
  void operator()(const LeaseOpened& e) const {
    kind(Kind::lease_opened);
    out.u8(e.shared);
    put(out, e.ttl);
    put(out, e.expires_in);
    out.text(e.principal);
    out.text(e.owner);
    out.text(e.metadata);
    put_alias(out, e.alias.dialect, e.alias.name);
    put(out, e.request);
    put(out, e.reattach);
  }
  void operator()(const Granted& e) const {
    kind(Kind::granted);
    put(out, e.lease);
    put(out, e.waiter);
    out.text(e.reason);
    put(out, e.request);
    out.varint(e.keys.size());
    for (const GrantedKey& key : e.keys) {
      out.text(key.key);
      put_enum(out, key.mode);
      out.text(key.group);
      out.varint(key.permits);
      out.varint(key.limit);
      put(out, key.token);
    }
  }
  void operator()(const LeaseRenewed& e) const {
    kind(Kind::lease_renewed);
    put(out, e.lease);
    put(out, e.ttl);
  }
  void operator()(const LeaseEnded& e) const {
    kind(Kind::lease_ended);
    put(out, e.lease);
    put_enum(out, e.how);
    put(out, e.keep_for);
    put(out, e.request);
  }
  void operator()(const Released& e) const {
    kind(Kind::released);
    put(out, e.lease);
    put_enum(out, e.how);
    put(out, e.keep_for);
    put(out, e.request);
    put_keys(out, e.keys);
  }
  void operator()(const WaitBegan& e) const {
    kind(Kind::wait_began);
    put(out, e.lease);
    put(out, e.ttl);
    put(out, e.wait);
    put(out, e.claim);
    put(out, e.reattach);
    out.text(e.principal);
    out.text(e.owner);
    out.text(e.reason);
    out.text(e.metadata);
    put_alias(out, e.alias.dialect, e.alias.name);
    put(out, e.request);
    out.varint(e.items.size());
    for (const WaitedItem& item : e.items) {
      out.text(item.key);
      put_enum(out, item.mode);
      out.text(item.group);
      out.varint(item.permits);
      out.varint(item.limit);
      out.u8(item.converts);
      out.u8(item.relies);
    }
  }
  void operator()(const WaiterAttached& e) const {
    kind(Kind::waiter_attached);
    put(out, e.waiter);
    put(out, e.wait);
  }
  void operator()(const WaiterDetached& e) const {
    kind(Kind::waiter_detached);
    put(out, e.waiter);
    put(out, e.reattach);
  }
  void operator()(const WaitEnded& e) const {
    kind(Kind::wait_ended);
    put(out, e.waiter);
    put_enum(out, e.how);
    out.text(e.by);
    out.text(e.reason);
  }
  void operator()(const GrantDetached& e) const {
    kind(Kind::grant_detached);
    put(out, e.lease);
    put(out, e.reattach);
  }
  void operator()(const GrantAttached& e) const {
    kind(Kind::grant_attached);
    put(out, e.lease);
  }
  void operator()(const KeyOpened& e) const {
    kind(Kind::key_opened);
    out.text(e.key);
  }
  void operator()(const LockRegistered& e) const {
    kind(Kind::lock_registered);
    out.text(e.key);
    put(out, e.settings);
    out.text(e.by);
  }
  void operator()(const LockUnregistered& e) const {
    kind(Kind::lock_unregistered);
    out.text(e.key);
    out.text(e.by);
  }
  void operator()(const HoldsBroken& e) const {
    kind(Kind::holds_broken);
    put(out, e.lease);
    put_keys(out, e.keys);
    out.u8(e.now);
    out.text(e.by);
    out.text(e.reason);
  }
  void operator()(const LossesAcknowledged& e) const {
    kind(Kind::losses_acknowledged);
    put(out, e.lease);
    put_keys(out, e.keys);
  }
  void operator()(const ReleaseRequested& e) const {
    kind(Kind::release_requested);
    out.text(e.key);
    out.text(e.by);
    out.text(e.reason);
  }
  void operator()(const AcquireRefused& e) const {
    kind(Kind::acquire_refused);
    out.text(e.key);
    out.text(e.principal);
    out.text(e.owner);
    out.text(e.reason);
    put_enum(out, e.why);
  }
  void operator()(const RequestRemembered& e) const {
    kind(Kind::request_remembered);
    put(out, e.request);
    put(out, e.lease);
    put_keys(out, e.keys);
  }
  void operator()(const Restored& e) const {
    kind(Kind::restored);
    out.varint(e.incarnation);
    put(out, e.first_token);
    put(out, e.revision);
    put(out, e.quiet);
  }
  void operator()(const Reopened&) const { kind(Kind::reopened); }
  void operator()(const Sealed& e) const {
    kind(Kind::sealed);
    out.text(e.successor);
  }
  void operator()(const LevelRaised& e) const {
    kind(Kind::level_raised);
    out.varint(e.level);
  }
  void operator()(const DocumentStored& e) const {
    kind(Kind::document_stored);
    out.text(e.key);
    out.raw(e.object);
    out.varint(e.bytes);
  }
  void operator()(const DocumentRemoved& e) const {
    kind(Kind::document_removed);
    out.text(e.key);
  }
};

// --- decoding; braced initialisers are evaluated in order ---

CellCreated get_cell_created(ByteReader& in) {
  return {get_array<16>(in), get_array<32>(in), in.varint(), get_u32(in), get_id<FencingToken>(in)};
}

LeaseOpened get_lease_opened(ByteReader& in) {
  return {get_bool(in),   get_millis(in), get_millis(in),      get_string(in), get_string(in),
          get_string(in), get_alias(in),  get_request_tag(in), get_millis(in)};
}

GrantedKey get_granted_key(ByteReader& in) {
  return {get_string(in), get_enum(in, Mode::shared), get_string(in), get_u32(in),
          get_u32(in),    get_id<FencingToken>(in)};
}

Granted get_granted(ByteReader& in) {
  return {get_id<LeaseId>(in), get_id<WaiterId>(in), get_string(in), get_request_tag(in),
          get_list<GrantedKey>(in, [&] { return get_granted_key(in); })};
}

LeaseEnded get_lease_ended(ByteReader& in) {
  return {get_id<LeaseId>(in), get_enum(in, Ended::max_hold), get_millis(in), get_request_tag(in)};
}

Released get_released(ByteReader& in) {
  return {get_id<LeaseId>(in), get_enum(in, Ended::max_hold), get_millis(in), get_request_tag(in),
          get_keys(in)};
}

WaitedItem get_waited_item(ByteReader& in) {
  return {get_string(in), get_enum(in, Mode::shared), get_string(in), get_u32(in), get_u32(in), get_bool(in),
          get_bool(in)};
}

WaitBegan get_wait_began(ByteReader& in) {
  return {get_id<LeaseId>(in), get_millis(in),
          get_millis(in),      get_millis(in),
          get_millis(in),      get_string(in),
          get_string(in),      get_string(in),
          get_string(in),      get_alias(in),
          get_request_tag(in), get_list<WaitedItem>(in, [&] { return get_waited_item(in); })};
}

Event get_event(Kind kind, ByteReader& in) {
  switch (kind) {
    case Kind::cell_created:
      return get_cell_created(in);
    case Kind::took_over:
      return TookOver{get_id<Epoch>(in)};
    case Kind::lease_opened:
      return get_lease_opened(in);
    case Kind::granted:
      return get_granted(in);
    case Kind::lease_renewed:
      return LeaseRenewed{get_id<LeaseId>(in), get_millis(in)};
    case Kind::lease_ended:
      return get_lease_ended(in);
    case Kind::released:
      return get_released(in);
    case Kind::wait_began:
      return get_wait_began(in);
    case Kind::waiter_attached:
      return WaiterAttached{get_id<WaiterId>(in), get_millis(in)};
    case Kind::waiter_detached:
      return WaiterDetached{get_id<WaiterId>(in), get_millis(in)};
    case Kind::wait_ended:
      return WaitEnded{get_id<WaiterId>(in), get_enum(in, WaitEnd::broken), get_string(in), get_string(in)};
    case Kind::grant_detached:
      return GrantDetached{get_id<LeaseId>(in), get_millis(in)};
    case Kind::grant_attached:
      return GrantAttached{get_id<LeaseId>(in)};
    case Kind::key_opened:
      return KeyOpened{get_string(in)};
    case Kind::lock_registered:
      return LockRegistered{get_string(in), get_settings(in), get_string(in)};
    case Kind::lock_unregistered:
      return LockUnregistered{get_string(in), get_string(in)};
    case Kind::holds_broken:
      return HoldsBroken{get_id<LeaseId>(in), get_keys(in), get_bool(in), get_string(in), get_string(in)};
    case Kind::losses_acknowledged:
      return LossesAcknowledged{get_id<LeaseId>(in), get_keys(in)};
    case Kind::release_requested:
      return ReleaseRequested{get_string(in), get_string(in), get_string(in)};
    case Kind::acquire_refused:
      return AcquireRefused{get_string(in), get_string(in), get_string(in), get_string(in),
                            get_enum(in, Refusal::not_allowed)};
    case Kind::request_remembered:
      return RequestRemembered{get_request_tag(in), get_id<LeaseId>(in), get_keys(in)};
    case Kind::restored:
      return Restored{in.varint(), get_id<FencingToken>(in), get_id<Revision>(in), get_millis(in)};
    case Kind::reopened:
      return Reopened{};
    case Kind::sealed:
      return Sealed{get_string(in)};
    case Kind::level_raised:
      return LevelRaised{get_u32(in)};
    case Kind::document_stored:
      return DocumentStored{get_string(in), get_array<16>(in), in.varint()};
    case Kind::document_removed:
      return DocumentRemoved{get_string(in)};
  }
  in.fail();
  return {};
}

}  // namespace

void encode_event(const Event& event, ByteWriter& out) {
  std::visit(Encode{out}, event);
}

std::optional<Event> decode_event(ByteReader& in) {
  Event event = get_event(static_cast<Kind>(in.u8()), in);
  if (in.failed()) return std::nullopt;
  return event;
}

}  // namespace holdfast::lock
