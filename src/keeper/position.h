#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/error.h"
#include "journal/journal.h"

namespace holdfast::keeper {

// How far a server has seen the journal of its cell. It keeps this on its own disk, apart from the journal,
// so that it notices an empty journal, an older one, or that of another cell in place of its own (protocol.md
// 6).
struct Position {
  std::array<std::byte, 16> cell{};
  journal::Head head;
};

// Where a server keeps its position. Two servers never share one. On the keeper's thread; calls may block for
// as long as a small file takes. What is kept may lag behind: then less is noticed, and nothing wrongly.
class PositionStore {
 public:
  virtual ~PositionStore() = default;
  virtual Result<std::optional<Position>> load() = 0;
  virtual Result<void> save(const Position& position) = 0;
};

}  // namespace holdfast::keeper
