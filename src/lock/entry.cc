#include "lock/entry.h"

#include "lock/errc.h"
#include "lock/event_codec.h"
#include "lock/evolve.h"
#include "lock/field_codec.h"

namespace holdfast::lock {

namespace {

void put_header(ByteWriter& out, const EntryHeader& header) {
  out.varint(header.feature_level);
  put(out, header.epoch);
  put(out, header.time);
  put(out, header.wall);
  put(out, header.first_revision);
  out.u8(header.digest ? 1 : 0);
  if (header.digest) {
    out.u64(header.digest->high());
    out.u64(header.digest->low());
  }
}

}  // namespace

void encode_entry(const EntryHeader& header, std::span<const Event> events, Bytes& bytes) {
  ByteWriter out(bytes);
  put_header(out, header);
  out.varint(events.size());
  for (const Event& event : events) encode_event(event, out);
}

void encode_entry(const EntryHeader& header, std::size_t count, ByteView events, Bytes& bytes) {
  ByteWriter out(bytes);
  put_header(out, header);
  out.varint(count);
  out.raw(events);
}

Result<Entry> decode_entry(ByteView bytes) {
  ByteReader in(bytes);
  Entry entry;
  entry.header.feature_level = get_u32(in);
  if (!in.failed() && entry.header.feature_level > kFeatureLevel) {
    return Error{Errc::unknown_feature,
                 "entry of feature level " + std::to_string(entry.header.feature_level)};
  }
  entry.header.epoch = get_id<Epoch>(in);
  entry.header.time = get_journal_time(in);
  entry.header.wall = get_wall_time(in);
  entry.header.first_revision = get_id<Revision>(in);
  if (get_bool(in)) {
    const std::uint64_t high = in.u64();
    entry.header.digest = SetDigest::from_parts(high, in.u64());
  }
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    if (auto event = decode_event(in)) entry.events.push_back(*std::move(event));
  }
  if (!in.done()) return Error{Errc::malformed, "entry"};
  return entry;
}

Result<void> replay(State& state, const Entry& entry, EventObserver* observer) {
  const EntryHeader& header = entry.header;
  if (header.first_revision != state.revision().next()) {
    return Error{Errc::out_of_sequence, "entry of revision " + std::to_string(header.first_revision.value) +
                                            " after revision " + std::to_string(state.revision().value)};
  }
  if (header.time < state.time() || header.epoch < state.epoch()) {
    return Error{Errc::out_of_sequence, "entry whose time or epoch goes backwards"};
  }
  if (header.digest && *header.digest != state.digest()) {
    return Error{Errc::digest_mismatch, "before revision " + std::to_string(header.first_revision.value)};
  }
  state.begin_entry(header.time, header.wall);
  for (const Event& event : entry.events) {
    if (observer) observer->before(state, event);
    evolve(state, event);
  }
  state.drop_marks();
  return {};
}

}  // namespace holdfast::lock
