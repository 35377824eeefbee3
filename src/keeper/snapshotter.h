#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "base/clock.h"
#include "keeper/journal_runner.h"
#include "keeper/snapshot_stream.h"
#include "lock/snapshot.h"
#include "lock/state.h"

// Takes snapshots while grants go on. The state is swept in short slices, each a handler of its own between
// two batches; the bytes are written by a thread that touches neither the state nor the entries. A snapshot
// that fails is dropped and tried again later: the journal is whole without it, only longer.

namespace holdfast::keeper {

class Snapshotter : public std::enable_shared_from_this<Snapshotter> {
 public:
  struct Parts {
    boost::asio::io_context& io;
    lock::State& state;
    JournalRunner& runner;
    const MonotonicClock& clock;
  };

  // A snapshot is due when `every_bytes` were appended since the last one; a quiet keeper takes it earlier,
  // when an eighth of that has gathered: ticks fill the log too, and a restart is shorter after it.
  Snapshotter(const Parts& parts, std::uint64_t every_bytes, std::uint64_t newest_sequence);

  // The state is exactly the one after `head`, which is durable.
  void at(const journal::Head& head, std::uint64_t bytes_since_snapshot, bool quiet);

  // The last entry that the newest complete snapshot covers.
  std::uint64_t newest_sequence() const { return newest_sequence_; }

  // Drops a snapshot that is under way, and begins none.
  void stop();

 private:
  using Nanos = std::chrono::nanoseconds;

  void begin(const journal::Head& head);
  void sweep_slice();
  void adapt(Nanos took);
  void send(bool all);
  void ended(const Result<void>& result);
  void failed(const Error& error);
  template <class Handler>
  auto alive(Handler handler);

  boost::asio::io_context& io_;
  lock::State& state_;
  JournalRunner& runner_;
  const MonotonicClock& clock_;
  const std::uint64_t every_bytes_;
  std::uint64_t newest_sequence_;

  bool active_ = false;
  bool stopped_ = false;
  std::uint64_t sweeping_sequence_ = 0;
  std::optional<lock::SnapshotSweep> sweep_;
  std::optional<SnapshotStream> stream_;
  Bytes gathered_;
  std::size_t slice_records_;
  bool waiting_for_room_ = false;
  Nanos not_before_{};
  Nanos patience_;
};

}  // namespace holdfast::keeper
