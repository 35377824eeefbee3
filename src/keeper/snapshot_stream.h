#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "base/bytes.h"
#include "base/error.h"
#include "journal/journal.h"

// The bytes of one snapshot on their way to the disk: a bounded queue and the thread that empties it.

namespace holdfast::keeper {

inline constexpr std::size_t kChunkBytes = 512 << 10;

class SnapshotStream {
 public:
  static constexpr std::size_t kMostQueued = 4;  // chunks

  // `keep` is called on the stream's thread before the snapshot becomes complete, and may block. `room` is
  // posted to the io_context when a full queue has room again, `ended` once, when the snapshot is committed
  // or has failed. Neither is called any more after the stream was destroyed if they hold weakly what they
  // call.
  SnapshotStream(boost::asio::io_context& io, std::unique_ptr<journal::SnapshotWriter> writer,
                 std::function<void()> keep, std::function<void()> room,
                 std::function<void(Result<void>)> ended);
  // Drops the snapshot unless it is complete; waits for a write that is under way.
  ~SnapshotStream();
  SnapshotStream(const SnapshotStream&) = delete;
  SnapshotStream& operator=(const SnapshotStream&) = delete;

  bool has_room() const;
  // At most kChunkBytes. Taken even when there is no room: a slice may make more than one chunk.
  void push(Bytes chunk);
  // That was all: commit.
  void finish();

 private:
  void write_all(std::stop_token stop);
  Result<void> write_chunks(std::stop_token stop);

  boost::asio::io_context& io_;
  const std::unique_ptr<journal::SnapshotWriter> writer_;
  const std::function<void()> keep_;
  const std::function<void()> room_;
  const std::function<void(Result<void>)> ended_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Bytes> chunks_;
  bool complete_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace holdfast::keeper
