#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "lock/event.h"
#include "lock/event_observer.h"
#include "lock/state.h"

// The bytes of a journal entry: what one append writes. docs/format/events.md has them byte by byte.

namespace holdfast::lock {

inline constexpr std::uint32_t kFeatureLevel = 2;

struct EntryHeader {
  std::uint32_t feature_level = 1;  // that of the state, once that is higher
  Epoch epoch;
  JournalTime time;
  WallTime wall;            // for display only
  Revision first_revision;  // of the first event; without events, of the next one
  // The state's digest before this entry, in every 1,000th: a replica that differs stops.
  std::optional<SetDigest> digest;
};

struct Entry {
  EntryHeader header;
  std::vector<Event> events;
};

// Appends the entry's bytes to `out`, which the caller owns and may reuse.
void encode_entry(const EntryHeader& header, std::span<const Event> events, Bytes& out);
// The same of events that are encoded already (event_codec.h), one behind the other.
void encode_entry(const EntryHeader& header, std::size_t count, ByteView events, Bytes& out);

// Refuses unknown events and feature levels, bad lengths, trailing bytes: an entry that this program does not
// understand whole stops it (protocol.md 31).
Result<Entry> decode_entry(ByteView bytes);

// Folds an entry that came out of the journal into the state. Refuses one that does not follow: revision,
// time, epoch or digest differ. The observer, if there is one, sees the events.
Result<void> replay(State& state, const Entry& entry, EventObserver* observer = nullptr);

}  // namespace holdfast::lock
