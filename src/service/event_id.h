#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lock/types.h"

namespace holdfast::service {

// How clients name an event: `incarnation-revision`, both decimal (protocol.md 32). The incarnation is the
// cell's, so that an id from before a restore is not taken for one of now.
struct EventId {
  std::uint64_t incarnation = 0;
  lock::Revision revision;
  friend bool operator==(const EventId&, const EventId&) = default;
};

void append_event_id(std::string& out, const EventId& id);

// An id in its one form: no sign, no leading zeros; the revision may be 0, which is before every event.
std::optional<EventId> parse_event_id(std::string_view text);

}  // namespace holdfast::service
