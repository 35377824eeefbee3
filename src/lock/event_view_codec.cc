#include "lock/event_view_codec.h"

#include "lock/field_codec.h"

namespace holdfast::lock {
namespace {

constexpr std::uint8_t kLeaseEnded = 1;
constexpr std::uint8_t kHasTtl = 2;
constexpr auto kLastKind = static_cast<EventKind>(kEventKindCount - 1);

template <class Text>
void put_key(ByteWriter& out, const BasicEventKey<Text>& key) {
  out.text(key.key);
  out.u8(static_cast<std::uint8_t>(key.mode));
  out.text(key.group);
  out.varint(key.permits);
  put(out, key.token);
}

EventKey get_key(ByteReader& in) {
  EventKey key;
  key.key = get_view(in);
  key.mode = get_enum(in, Mode::shared);
  key.group = get_view(in);
  key.permits = get_u32(in);
  key.token = get_id<FencingToken>(in);
  return key;
}

template <class Text>
void put_view(ByteWriter& out, const BasicEventView<Text>& view) {
  out.u8(static_cast<std::uint8_t>(view.kind));
  put(out, view.revision);
  put(out, view.at);
  out.varint(view.keys.size());
  for (const BasicEventKey<Text>& key : view.keys) put_key(out, key);
  put(out, view.lease);
  put(out, view.waiter);
  out.text(view.owner);
  out.text(view.principal);
  out.text(view.reason);
  out.text(view.by);
  out.text(view.outcome);
  out.u8(static_cast<std::uint8_t>((view.lease_ended ? kLeaseEnded : 0) | (view.ttl ? kHasTtl : 0)));
  if (view.ttl) put(out, *view.ttl);
  out.varint(view.number);
}

}  // namespace

void encode_view(const EventView& view, ByteWriter& out) {
  put_view(out, view);
}

void encode_view(const EventViewRef& view, ByteWriter& out) {
  put_view(out, view);
}

std::optional<EventView> decode_view(ByteReader& in) {
  EventView view;
  view.kind = get_enum(in, kLastKind);
  view.revision = get_id<Revision>(in);
  view.at = get_wall_time(in);
  const std::uint64_t keys = in.varint();
  for (std::uint64_t i = 0; i < keys && !in.failed(); ++i) view.keys.push_back(get_key(in));
  view.lease = get_id<LeaseId>(in);
  view.waiter = get_id<WaiterId>(in);
  view.owner = get_view(in);
  view.principal = get_view(in);
  view.reason = get_view(in);
  view.by = get_view(in);
  view.outcome = get_view(in);
  const std::uint8_t flags = in.u8();
  if (flags > (kLeaseEnded | kHasTtl)) in.fail();
  view.lease_ended = (flags & kLeaseEnded) != 0;
  if ((flags & kHasTtl) != 0) view.ttl = get_millis(in);
  view.number = in.varint();
  if (in.failed()) return std::nullopt;
  return view;
}

}  // namespace holdfast::lock
