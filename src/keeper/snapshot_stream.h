#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "base/bytes.h"
#include "base/error.h"
#include "journal/journal.h"

// The bytes of one snapshot on their way to the disk.

namespace holdfast::keeper {

inline constexpr std::size_t kChunkBytes = 512 << 10;

// On the keeper's thread. Destroyed, it drops the snapshot unless it is complete, and has waited for a write
// that was under way.
class SnapshotStream {
 public:
  struct Parts {
    boost::asio::io_context& io;
    std::unique_ptr<journal::SnapshotWriter> writer;
    // Called before the snapshot becomes complete, where chunks are written; may block.
    std::function<void()> keep;
    // Posted to the io_context when a full stream has room again, and once, when the snapshot is committed or
    // has failed. They outlive the stream, so they must hold weakly what they call.
    std::function<void()> room;
    std::function<void(Result<void>)> ended;
  };

  virtual ~SnapshotStream() = default;
  virtual bool has_room() const = 0;
  // At most kChunkBytes. Taken even when there is no room: a slice may make more than one chunk.
  virtual void push(Bytes chunk) = 0;
  // That was all: commit.
  virtual void finish() = 0;
};

using OpenStream = std::function<std::unique_ptr<SnapshotStream>(SnapshotStream::Parts)>;

// A bounded queue and a thread that empties it.
std::unique_ptr<SnapshotStream> stream_on_a_thread(SnapshotStream::Parts parts);
// Writes at once, for journals that never block: in memory, and where every run must be the same.
std::unique_ptr<SnapshotStream> stream_in_place(SnapshotStream::Parts parts);

}  // namespace holdfast::keeper
