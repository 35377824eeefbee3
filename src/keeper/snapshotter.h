#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "base/clock.h"
#include "keeper/event_hub.h"
#include "keeper/journal_runner.h"
#include "keeper/keeper.h"
#include "keeper/snapshot_stream.h"
#include "keeper/sweeper.h"
#include "lock/state.h"

// Takes snapshots while grants go on. The bytes that the sweep gives are written by a thread that touches
// neither the state nor the entries. A snapshot that fails is dropped and tried again later: the journal is
// whole without it, only longer. While the state is swept for somebody else, none is begun.

namespace holdfast::keeper {

class Snapshotter : public std::enable_shared_from_this<Snapshotter>, private Sweeper::Taker {
 public:
  struct Parts {
    boost::asio::io_context& io;
    const lock::State& state;
    Sweeper& sweeper;
    JournalRunner& runner;
    const MonotonicClock& clock;
    EventHub& events;
    OpenStream open_stream = stream_on_a_thread;
  };

  // The newest complete snapshot: the last entry that it covers, and its size. Zero: there is none.
  struct Newest {
    std::uint64_t sequence = 0;
    std::uint64_t bytes = 0;
  };

  // A snapshot is due when the log since the last one has grown by `every_bytes`, and by as much as the last
  // one took, so that a large state is not written over and over. A quiet keeper takes it when an eighth of
  // that has gathered: ticks fill the log too, and a restart is shorter after it.
  Snapshotter(const Parts& parts, std::uint64_t every_bytes, Newest newest,
              std::optional<lock::WallTime> covers_until);

  // The state is exactly the one after `head`, which is durable.
  void at(const journal::Head& head, std::uint64_t bytes_since_snapshot, bool quiet);

  const Newest& newest() const { return newest_; }
  const SnapshotFigures& figures() const { return figures_; }

  // Drops a snapshot that is under way, and begins none.
  void stop();

 private:
  using Nanos = std::chrono::nanoseconds;

  void begin(const journal::Head& head);
  // Sweeper::Taker
  bool has_room() const override { return stream_ && stream_->has_room(); }
  void take(ByteView chunk) override;
  void swept() override { stream_->finish(); }
  void ended(const Result<void>& result);
  void failed(const Error& error);
  template <class Handler>
  auto alive(Handler handler);

  boost::asio::io_context& io_;
  const lock::State& state_;
  Sweeper& sweeper_;
  JournalRunner& runner_;
  const MonotonicClock& clock_;
  EventHub& events_;
  const OpenStream open_stream_;
  const std::uint64_t every_bytes_;
  Newest newest_;

  bool active_ = false;
  bool stopped_ = false;
  Newest sweeping_;
  lock::WallTime sweeping_until_{};
  Nanos began_{};
  SnapshotFigures figures_;
  std::unique_ptr<SnapshotStream> stream_;
  Nanos not_before_{};
  Nanos patience_;
};

}  // namespace holdfast::keeper
