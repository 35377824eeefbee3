#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>

#include "base/clock.h"
#include "lock/snapshot.h"
#include "lock/state.h"

// Sweeps the state while grants go on: short slices, each a handler of its own between two batches. A state
// is swept for one taker at a time, be it a snapshot or a backup. On the keeper's thread.

namespace holdfast::keeper {

class Sweeper : public std::enable_shared_from_this<Sweeper> {
 public:
  // Whoever a sweep is for. It may end the sweep from within any of these.
  class Taker {
   public:
    virtual ~Taker() = default;
    // While false, nothing is swept; go_on() when it is true again.
    virtual bool has_room() const = 0;
    // The next bytes of the snapshot. Taken even without room: one slice may make several chunks.
    virtual void take(ByteView chunk) = 0;
    // That was all, and the sweeper is free.
    virtual void swept() = 0;
  };

  // `state` and `clock` must outlive the sweeper, a taker its sweep.
  Sweeper(boost::asio::io_context& io, lock::State& state, const MonotonicClock& clock)
      : io_(io), state_(state), clock_(clock) {}

  bool busy() const { return taker_ != nullptr; }
  // Begins a sweep of the state as it is now, in chunks of this size; the first slice comes with go_on(). Not
  // while it is busy.
  void begin(Taker& taker, std::size_t chunk_bytes);
  void go_on();
  // Drops the sweep if it is this taker's.
  void end(const Taker& taker);
  // What is kept in memory because it was changed before it was swept.
  std::size_t kept_bytes() const { return sweep_ ? sweep_->kept_bytes() : 0; }

  // Calls back, from a handler of its own, when it is no longer busy. One caller at a time; none takes it
  // back.
  void when_free(std::function<void()> then) { waiting_ = std::move(then); }

 private:
  using Nanos = std::chrono::nanoseconds;

  void sweep_slice();
  void give(bool all);
  void adapt(Nanos took);
  void let_go();

  boost::asio::io_context& io_;
  lock::State& state_;
  const MonotonicClock& clock_;
  Taker* taker_ = nullptr;
  std::optional<lock::SnapshotSweep> sweep_;
  Bytes gathered_;
  std::size_t chunk_bytes_ = 0;
  std::size_t slice_records_ = 0;
  bool scheduled_ = false;
  std::function<void()> waiting_;
};

}  // namespace holdfast::keeper
