#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/http/watch/event_filter.h"
#include "keeper/event_hub.h"

namespace holdfast::api::http {

using SharedText = std::shared_ptr<const std::string>;

// The events of a chunk, and as watchers of everything get them: both made once for all who need them.
struct ChunkText {
  std::vector<lock::EventView> events;
  std::string text;  // made when it is first asked for
};

// The newest chunks that somebody has asked for. One that was forgotten is made anew for a watcher that lags
// behind.
class ChunkTexts {
 public:
  explicit ChunkTexts(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Valid until the next call.
  const std::vector<lock::EventView>& events(std::uint64_t number, const keeper::EventChunk& chunk);
  SharedText whole_text(std::uint64_t number, const keeper::EventChunk& chunk);
  void clear();

 private:
  const std::shared_ptr<ChunkText>& of(std::uint64_t number, const keeper::EventChunk& chunk);
  void forget_old();

  const std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::map<std::uint64_t, std::shared_ptr<ChunkText>> texts_;  // by the number of the chunk
};

// Those of the events that come after `position` and that the filter takes.
std::string text_of(const std::vector<lock::EventView>& events, std::uint64_t incarnation,
                    lock::Revision position, const EventFilter& filter, const KeyTest& held);

}  // namespace holdfast::api::http
