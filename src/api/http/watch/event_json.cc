#include "api/http/watch/event_json.h"

#include <fmt/format.h>

#include "api/http/lock_json.h"
#include "api/http/problem.h"
#include "api/http/watch/event_filter.h"
#include "service/event_id.h"

namespace holdfast::api::http {
namespace {

using lock::EventKind;

void write_if_any(JsonWriter& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.member(name, text);
}

template <class Tag>
void write_id_if_any(JsonWriter& out, std::string_view name, StrongId<Tag> id) {
  if (id) out.member(name, fmt::to_string(id.value));
}

std::string id_text(std::uint64_t incarnation, lock::Revision revision) {
  std::string text;
  service::append_event_id(text, {incarnation, revision});
  return text;
}

// What the view's `number` means.
std::string_view number_name(EventKind kind) {
  switch (kind) {
    case EventKind::took_over:
      return "epoch";
    case EventKind::restored:
      return "incarnation";
    case EventKind::level_raised:
      return "level";
    default:
      return {};
  }
}

// Whether mode, group and permits say something: the key is, was, or is to be held.
bool is_about_holds(EventKind kind) {
  switch (kind) {
    case EventKind::granted:
    case EventKind::released:
    case EventKind::expired:
    case EventKind::undelivered:
    case EventKind::broken:
    case EventKind::max_hold:
    case EventKind::wait_began:
    case EventKind::wait_ended:
      return true;
    default:
      return false;
  }
}

void write_event(JsonWriter& out, const lock::EventView& event, std::uint64_t incarnation,
                 std::string_view prefix) {
  out.begin_object();
  write_common_members(out, event, incarnation);
  if (!event.keys.empty()) {
    out.key("keys");
    out.begin_array();
    for (const lock::EventKey& key : event.keys) {
      if (!has_prefix(key, prefix)) continue;
      out.begin_object();
      write_key_members(out, event.kind, key);
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
}

}  // namespace

void write_common_members(JsonWriter& out, const lock::EventView& event, std::uint64_t incarnation) {
  out.member("id", id_text(incarnation, event.revision));
  out.member("kind", lock::name_of(event.kind));
  out.member("at", event.at);
  out.member("revision", event.revision);
  write_id_if_any(out, "lease", event.lease);
  if (event.waiter) out.member("waiter", event.waiter);
  write_if_any(out, "owner", event.owner);
  write_if_any(out, "principal", event.principal);
  write_if_any(out, "reason", event.reason);
  write_if_any(out, "by", event.by);
  write_if_any(out, "outcome", event.outcome);
  if (event.lease_ended) out.member("lease_ended", true);
  if (event.ttl) out.member("ttl_ms", *event.ttl);
  if (const auto name = number_name(event.kind); !name.empty()) out.member(name, event.number);
}

void write_key_members(JsonWriter& out, EventKind kind, const lock::EventKey& key) {
  out.member("key", key.key);
  if (is_about_holds(kind)) {
    out.member("mode", name_of(key.mode));
    write_if_any(out, "group", key.group);
    out.member("permits", key.permits);
  }
  if (key.token) out.member("fencing_token", key.token);
}

void append_message(std::string& out, const lock::EventView& event, std::uint64_t incarnation,
                    std::string_view prefix) {
  out += "id: ";
  service::append_event_id(out, {incarnation, event.revision});
  out += "\nevent: ";
  out += lock::name_of(event.kind);
  out += "\ndata: ";
  JsonWriter json(out);
  write_event(json, event, incarnation, prefix);
  out += "\n\n";
}

void append_position(std::string& out, std::uint64_t incarnation, lock::Revision revision) {
  out += "id: ";
  service::append_event_id(out, {incarnation, revision});
  out += "\n\n";
}

void append_error(std::string& out, lock::Revision revision, const service::Fault& why,
                  std::string_view base_path) {
  out += "event: error\ndata: ";
  JsonWriter json(out);
  write_problem(json, revision, why, base_path);
  out += "\n\n";
}

}  // namespace holdfast::api::http
