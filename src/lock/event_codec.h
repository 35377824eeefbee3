#pragma once

#include <optional>

#include "base/bytes.h"
#include "lock/event.h"

// The bytes of an event; docs/format/events.md describes them. The first byte says which event it is; its
// numbers are never used again for another.

namespace holdfast::lock {

void encode_event(const Event& event, ByteWriter& out);

// None for an unknown or malformed event; then `in` has failed.
std::optional<Event> decode_event(ByteReader& in);

// At least the number of bytes that encode_event() writes.
std::size_t encoded_size_bound(const Event& event);

}  // namespace holdfast::lock
