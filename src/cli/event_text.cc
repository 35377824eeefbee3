#include "cli/event_text.h"

namespace holdfast::cli {
namespace {

std::string joined(const std::vector<std::string>& keys) {
  std::string all;
  for (const std::string& key : keys) all += (all.empty() ? "" : ", ") + key;
  return all;
}

// Who did it and why, or how it ended.
std::string detail_of(const client::Event& event) {
  std::string detail = event.outcome;
  if (!event.by.empty()) detail += (detail.empty() ? "by " : ", by ") + event.by;
  if (!event.reason.empty()) detail += (detail.empty() ? "" : ": ") + event.reason;
  return detail;
}

}  // namespace

std::vector<std::string> event_header() {
  return {"AT", "WHAT", "KEY", "OWNER", "TOKEN", "DETAIL", "ID"};
}

std::vector<std::string> event_row(const client::Event& event) {
  return {event.at,
          event.kind,
          joined(event.keys),
          event.owner,
          event.fencing_token == 0 ? "" : std::to_string(event.fencing_token),
          detail_of(event),
          event.id};
}

}  // namespace holdfast::cli
