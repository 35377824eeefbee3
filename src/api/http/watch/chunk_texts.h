#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "keeper/event_hub.h"

namespace holdfast::api::http {

using SharedText = std::shared_ptr<const std::string>;

// A chunk of events as every watcher of everything gets it, made once for all of them.
struct ChunkText {
  std::string text;
  std::vector<lock::EventView> events;
};

// The texts of the newest chunks. One that was forgotten is made anew for a watcher that lags behind.
class ChunkTexts {
 public:
  explicit ChunkTexts(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  std::shared_ptr<const ChunkText> of(std::uint64_t number, const keeper::EventChunk& chunk);
  void clear();

 private:
  const std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::map<std::uint64_t, std::shared_ptr<const ChunkText>> texts_;  // by the number of the chunk
};

// The events of a chunk that come after `position` and belong to `prefix`.
std::string text_of(const ChunkText& chunk, std::uint64_t incarnation, lock::Revision position,
                    std::string_view prefix);

}  // namespace holdfast::api::http
