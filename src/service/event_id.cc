#include "service/event_id.h"

#include <charconv>

namespace holdfast::service {
namespace {

void append_number(std::string& out, std::uint64_t value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

void append_event_id(std::string& out, const EventId& id) {
  append_number(out, id.incarnation);
  out += '-';
  append_number(out, id.revision.value);
}

std::optional<EventId> parse_event_id(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const auto incarnation = parse_number(text.substr(0, dash));
  const auto revision = parse_number(text.substr(dash + 1));
  if (!incarnation || *incarnation == 0 || !revision) return std::nullopt;
  return EventId{*incarnation, lock::Revision{*revision}};
}

}  // namespace holdfast::service
