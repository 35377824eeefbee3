#include "lock/snapshot.h"

#include "input.h"
#include "lock/invariants.h"
#include "target.h"

namespace {

using namespace holdfast;

Bytes swept(lock::State& state) {
  Bytes bytes;
  lock::SnapshotSweep sweep(state);
  while (sweep.next(100, bytes)) {
  }
  return bytes;
}

bool load(ByteView bytes, std::size_t step, lock::State& state) {
  lock::SnapshotLoader loader;
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min(step, bytes.size()));
    loader.feed(piece);
    bytes = bytes.subspan(piece.size());
  }
  return loader.finish(state).has_value();
}

}  // namespace

// The first byte is the size of the pieces.
HOLDFAST_FUZZ_TARGET(snapshot) {
  fuzz::Input choices(input);
  const std::size_t step = 1 + choices.byte();
  lock::State state;
  if (!load(choices.rest(), step, state)) return;
  HOLDFAST_ASSERT(lock::broken_invariants(state).empty());
  const Bytes bytes = swept(state);
  lock::State again;
  HOLDFAST_ASSERT(load(bytes, bytes.size(), again));
  HOLDFAST_ASSERT(again.digest() == state.digest());
}
