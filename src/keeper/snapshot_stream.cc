#include "keeper/snapshot_stream.h"

#include <system_error>
#include <utility>

#include <boost/asio/post.hpp>

namespace holdfast::keeper {

SnapshotStream::SnapshotStream(boost::asio::io_context& io, std::unique_ptr<journal::SnapshotWriter> writer,
                               std::function<void()> keep, std::function<void()> room,
                               std::function<void(Result<void>)> ended)
    : io_(io),
      writer_(std::move(writer)),
      keep_(std::move(keep)),
      room_(std::move(room)),
      ended_(std::move(ended)),
      thread_([this](std::stop_token stop) { write_all(stop); }) {}

SnapshotStream::~SnapshotStream() = default;

bool SnapshotStream::has_room() const {
  const std::lock_guard guard(mutex_);
  return chunks_.size() < kMostQueued;
}

void SnapshotStream::push(Bytes chunk) {
  {
    const std::lock_guard guard(mutex_);
    chunks_.push_back(std::move(chunk));
  }
  wake_.notify_one();
}

void SnapshotStream::finish() {
  {
    const std::lock_guard guard(mutex_);
    complete_ = true;
  }
  wake_.notify_one();
}

void SnapshotStream::write_all(std::stop_token stop) {
  Result<void> written = write_chunks(stop);
  if (stop.stop_requested()) return;
  if (written) {
    keep_();
    written = writer_->commit();
  }
  boost::asio::post(io_, [ended = ended_, written = std::move(written)] { ended(written); });
}

Result<void> SnapshotStream::write_chunks(std::stop_token stop) {
  for (;;) {
    Bytes chunk;
    {
      std::unique_lock guard(mutex_);
      wake_.wait(guard, stop, [this] { return !chunks_.empty() || complete_; });
      if (stop.stop_requested() || chunks_.empty()) return {};
      chunk = std::move(chunks_.front());
      chunks_.pop_front();
      if (chunks_.size() == kMostQueued - 1) boost::asio::post(io_, room_);
    }
    if (const Result<void> written = writer_->write(chunk); !written) return written.error();
  }
}

}  // namespace holdfast::keeper
