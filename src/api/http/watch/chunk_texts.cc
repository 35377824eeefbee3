#include "api/http/watch/chunk_texts.h"

#include "api/http/watch/event_json.h"

namespace holdfast::api::http {
namespace {

// About as much as the decoded events take besides.
std::size_t cost_of(const ChunkText& text) {
  return text.text.capacity() + text.events.size() * (sizeof(lock::EventView) + sizeof(lock::EventKey));
}

}  // namespace

std::shared_ptr<const ChunkText> ChunkTexts::of(std::uint64_t number, const keeper::EventChunk& chunk) {
  if (const auto found = texts_.find(number); found != texts_.end()) return found->second;
  auto made = std::make_shared<ChunkText>();
  made->events = keeper::views_of(chunk);
  for (const lock::EventView& event : made->events) {
    append_message(made->text, event, chunk.cell.incarnation, "");
  }
  bytes_ += cost_of(*made);
  texts_.emplace(number, made);
  while (texts_.size() > 1 && bytes_ > most_bytes_) {
    bytes_ -= cost_of(*texts_.begin()->second);
    texts_.erase(texts_.begin());
  }
  return made;
}

void ChunkTexts::clear() {
  texts_.clear();
  bytes_ = 0;
}

std::string text_of(const ChunkText& chunk, std::uint64_t incarnation, lock::Revision position,
                    std::string_view prefix) {
  std::string text;
  for (const lock::EventView& event : chunk.events) {
    if (event.revision > position && concerns(event, prefix))
      append_message(text, event, incarnation, prefix);
  }
  return text;
}

}  // namespace holdfast::api::http
