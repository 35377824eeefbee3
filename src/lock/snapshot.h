#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "lock/state.h"

// Snapshots are taken in slices while the state goes on changing: what is about to change and was not swept
// yet is saved as it was (a pre-image), so the snapshot is exactly the state at one position, without a fork
// and without a pause (protocol.md 31).

namespace holdfast::lock {

inline constexpr std::uint32_t kSnapshotFeatureLevel = 2;

// Sweeps one snapshot. One at a time per state; the state must outlive it.
class SnapshotSweep {
 public:
  explicit SnapshotSweep(State& state);
  ~SnapshotSweep();
  SnapshotSweep(const SnapshotSweep&) = delete;
  SnapshotSweep& operator=(const SnapshotSweep&) = delete;

  // Appends to `out` the bytes of up to `records` more records, pre-images included. False when the snapshot
  // is complete; the bytes of all calls together, cut anywhere, are what SnapshotLoader takes.
  bool next(std::size_t records, Bytes& out);

  // Of pre-images that the next call will give.
  std::size_t kept_bytes() const;

 private:
  template <class T>
  bool sweep_pool(Pool<T>& pool, std::size_t& records, ByteWriter& out);

  State& state_;
  Bytes header_;  // the counters as they were at the beginning
  bool ended_ = false;
};

// Rebuilds a state from the bytes of a snapshot, fed in order in pieces of any size.
class SnapshotLoader {
 public:
  void feed(ByteView piece);
  // The state, its digest checked against the one that the snapshot carries.
  Result<void> finish(State& state);

 private:
  Bytes bytes_;
};

}  // namespace holdfast::lock
