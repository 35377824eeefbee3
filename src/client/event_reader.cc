#include "client/event_reader.h"

#include <utility>

namespace holdfast::client {
namespace {

// One event can name ten thousand keys.
constexpr std::size_t kMostLineBytes = 64u << 20;

}  // namespace

bool EventReader::feed(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    if (end == piece.npos) {
      rest_ += piece;
      return rest_.size() <= kMostLineBytes;
    }
    std::string_view line = piece.substr(0, end);
    piece.remove_prefix(end + 1);
    const std::string begun = std::exchange(rest_, {});
    std::string whole;
    if (!begun.empty()) {
      whole = begun;
      whole += line;
      line = whole;
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!take_line(line)) return false;
  }
  return true;
}

bool EventReader::take_line(std::string_view line) {
  if (line.empty()) return end_message();
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") {
    id_ = value;
  } else if (name == "event") {
    message_.kind = value;
  } else if (name == "data") {
    if (!message_.data.empty()) message_.data += '\n';
    message_.data += value;
  }
  return true;
}

// The place is moved only when the event was taken: one that was not is asked for again.
bool EventReader::end_message() {
  const Message message = std::exchange(message_, {});
  if (!message.data.empty() && !on_message_(message)) return false;
  if (!id_.empty()) last_id_ = std::exchange(id_, {});
  return true;
}

}  // namespace holdfast::client
