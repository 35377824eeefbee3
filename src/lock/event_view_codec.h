#pragma once

#include <optional>

#include "base/bytes.h"
#include "lock/event_view.h"

// The bytes of a told event, as history keeps them: docs/format/history.md describes them. The numbers of
// kinds are those of EventKind, so new kinds go to its end.

namespace holdfast::lock {

void encode_view(const EventView& view, ByteWriter& out);
void encode_view(const EventViewRef& view, ByteWriter& out);

// None for what no encode_view() of this version has written; then `in` has failed.
std::optional<EventView> decode_view(ByteReader& in);

}  // namespace holdfast::lock
