#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

// Bytes that are too large for an entry. An object is written once, under an id of its own, before an entry
// says that it counts, and is never changed; one that no entry names is waste, which a crash may leave and
// the next start removes.

namespace holdfast::journal {

using ObjectId = std::array<std::byte, 16>;  // random

inline constexpr std::size_t kMaxObjectBytes = 16u << 20;

// Belongs to a journal. Several threads may use it, also while another uses the journal, but one object only
// by one thread at a time. Calls block.
class Objects {
 public:
  virtual ~Objects() = default;

  // At most kMaxObjectBytes, and none is fine. Durable and read back when it returns. After an error nothing
  // of it counts, and the journal itself is unharmed.
  virtual Result<void> put(const ObjectId& id, ByteView bytes) = 0;

  // Errc::damaged when the object is not what was put, or not there.
  virtual Result<Bytes> get(const ObjectId& id) = 0;

  // One that is not there is removed already.
  virtual Result<void> remove(const ObjectId& id) = 0;

  virtual Result<std::vector<ObjectId>> list() = 0;
};

}  // namespace holdfast::journal
