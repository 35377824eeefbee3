#include "api/http/watch/chunk_texts.h"

#include "api/http/watch/event_json.h"

namespace holdfast::api::http {
namespace {

// About as much as the decoded events take.
std::size_t cost_of(const std::vector<lock::EventView>& events) {
  return events.size() * (sizeof(lock::EventView) + sizeof(lock::EventKey));
}

}  // namespace

const std::shared_ptr<ChunkText>& ChunkTexts::of(std::uint64_t number, const keeper::EventChunk& chunk) {
  auto& made = texts_[number];
  if (made) return made;
  made = std::make_shared<ChunkText>();
  made->events = keeper::views_of(chunk);
  bytes_ += cost_of(made->events);
  return made;
}

const std::vector<lock::EventView>& ChunkTexts::events(std::uint64_t number,
                                                       const keeper::EventChunk& chunk) {
  forget_old();
  return of(number, chunk)->events;
}

SharedText ChunkTexts::whole_text(std::uint64_t number, const keeper::EventChunk& chunk) {
  forget_old();
  const auto& made = of(number, chunk);
  if (made->text.empty()) {
    for (const lock::EventView& event : made->events) {
      append_message(made->text, event, chunk.cell.incarnation, "");
    }
    bytes_ += made->text.capacity();
  }
  return SharedText(made, &made->text);
}

void ChunkTexts::forget_old() {
  while (texts_.size() > 1 && bytes_ > most_bytes_) {
    const ChunkText& oldest = *texts_.begin()->second;
    bytes_ -= cost_of(oldest.events) + oldest.text.capacity();
    texts_.erase(texts_.begin());
  }
}

void ChunkTexts::clear() {
  texts_.clear();
  bytes_ = 0;
}

std::string text_of(const std::vector<lock::EventView>& events, std::uint64_t incarnation,
                    lock::Revision position, const EventFilter& filter, const KeyTest& held) {
  std::string text;
  for (const lock::EventView& event : events) {
    if (event.revision > position && filter.takes(event, held)) {
      append_message(text, event, incarnation, filter.prefix);
    }
  }
  return text;
}

}  // namespace holdfast::api::http
