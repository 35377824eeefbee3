#include "client/json_codec.h"
#include "client/json_members.h"
#include "client/json_reply.h"

namespace holdfast::client {
namespace {

using boost::json::object;

void read_key(const object& in, Event& event) {
  if (event.keys.empty()) {
    event.fencing_token = static_cast<std::uint64_t>(number_member(in, "fencing_token").value_or(0));
  }
  event.keys.push_back(text_member(in, "key"));
}

void read_event(const object& in, Event& event) {
  event.id = text_member(in, "id");
  event.kind = text_member(in, "kind");
  event.at = text_member(in, "at");
  event.owner = text_member(in, "owner");
  event.reason = text_member(in, "reason");
  event.by = text_member(in, "by");
  event.outcome = text_member(in, "outcome");
  if (member(in, "key") != nullptr) read_key(in, event);
  for_each_object(in, "keys", [&](const object& item) { read_key(item, event); });
}

}  // namespace

template <>
Result<Event> decode(std::string_view body) {
  return decode_object<Event>(body, [](const object& in, Event& event) -> std::string_view {
    read_event(in, event);
    return event.id.empty() ? "id" : "";
  });
}

template <>
Result<HistoryReply> decode(std::string_view body) {
  return decode_object<HistoryReply>(body, [](const object& in, HistoryReply& reply) -> std::string_view {
    if (member(in, "events") == nullptr) return "events";
    for_each_object(in, "events", [&](const object& item) { read_event(item, reply.events.emplace_back()); });
    reply.next_cursor = text_member(in, "next_cursor");
    return "";
  });
}

}  // namespace holdfast::client
