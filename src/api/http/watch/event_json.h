#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/json_writer.h"
#include "lock/event_view.h"
#include "lock/types.h"
#include "service/fault.h"

// Events as their readers get them; docs/events.md has every member.

namespace holdfast::api::http {

// One server-sent event: id, kind, and the event as one line of JSON, with the matching keys only.
void append_message(std::string& out, const lock::EventView& event, std::uint64_t incarnation,
                    std::string_view prefix);

// The members of an event that do not depend on one of its keys.
void write_common_members(JsonWriter& out, const lock::EventView& event, std::uint64_t incarnation);
// Those of a key, without the braces.
void write_key_members(JsonWriter& out, lock::EventKind kind, const lock::EventKey& key);

// Where the reader of a stream is, for its next `since`, without an event.
void append_position(std::string& out, std::uint64_t incarnation, lock::Revision revision);

// The last words of a stream that the server ends.
void append_error(std::string& out, lock::Revision revision, const service::Fault& why,
                  std::string_view base_path);

}  // namespace holdfast::api::http
