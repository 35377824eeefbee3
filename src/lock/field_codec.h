#pragma once

#include "base/bytes.h"
#include "lock/alias.h"
#include "lock/text.h"
#include "lock/types.h"

// How the small types of the lock rules are written in events and records.

namespace holdfast::lock {

inline void put(ByteWriter& out, JournalTime time) {
  out.signed_varint(time.time_since_epoch().count());
}
inline void put(ByteWriter& out, WallTime time) {
  out.signed_varint(time.time_since_epoch().count());
}
inline void put(ByteWriter& out, Millis duration) {
  out.signed_varint(duration.count());
}
template <class Tag>
void put(ByteWriter& out, StrongId<Tag> id) {
  out.varint(id.value);
}
inline void put_request_id(ByteWriter& out, const std::array<std::uint64_t, 2>& id) {
  const bool present = id[0] != 0 || id[1] != 0;
  out.u8(present ? 1 : 0);
  if (!present) return;
  out.u64(id[0]);
  out.u64(id[1]);
}
inline void put(ByteWriter& out, const RequestTag& tag) {
  put_request_id(out, tag.id);
  if (tag) out.u64(tag.fingerprint);
}

inline void put_alias(ByteWriter& out, Dialect dialect, std::string_view name) {
  out.u8(static_cast<std::uint8_t>(dialect));
  if (dialect != Dialect::native) out.text(name);
}

inline JournalTime get_journal_time(ByteReader& in) {
  return JournalTime(Millis(in.signed_varint()));
}
inline WallTime get_wall_time(ByteReader& in) {
  return WallTime(Millis(in.signed_varint()));
}
inline Millis get_millis(ByteReader& in) {
  return Millis(in.signed_varint());
}
template <class Id>
Id get_id(ByteReader& in) {
  return Id{in.varint()};
}
inline std::array<std::uint64_t, 2> get_request_id(ByteReader& in) {
  const std::uint8_t present = in.u8();
  if (present > 1) in.fail();
  if (present != 1) return {};
  const std::uint64_t first = in.u64();
  return {first, in.u64()};
}
inline RequestTag get_request_tag(ByteReader& in) {
  RequestTag tag{get_request_id(in), 0};
  if (tag) tag.fingerprint = in.u64();
  return tag;
}
inline bool get_bool(ByteReader& in) {
  const std::uint8_t value = in.u8();
  if (value > 1) in.fail();
  return value == 1;
}
// An enumeration whose values run from 0 to `last`.
template <class Enum>
Enum get_enum(ByteReader& in, Enum last) {
  const std::uint8_t value = in.u8();
  if (value > static_cast<std::uint8_t>(last)) in.fail();
  return in.failed() ? Enum{} : static_cast<Enum>(value);
}
// Not longer than a Text can be.
inline std::string_view get_view(ByteReader& in) {
  const std::string_view text = in.text();
  if (text.size() > UINT16_MAX) in.fail();
  return in.failed() ? std::string_view() : text;
}
inline Text get_text(ByteReader& in) {
  return Text(get_view(in));
}
inline Alias get_alias(ByteReader& in) {
  const Dialect dialect = get_enum(in, Dialect::slots);
  if (dialect == Dialect::native) return {};
  return {dialect, std::string(get_view(in))};
}
inline std::uint32_t get_u32(ByteReader& in) {
  const std::uint64_t value = in.varint();
  if (value > UINT32_MAX) in.fail();
  return static_cast<std::uint32_t>(value);
}

}  // namespace holdfast::lock
