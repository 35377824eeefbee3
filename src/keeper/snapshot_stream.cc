#include "keeper/snapshot_stream.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>

namespace holdfast::keeper {
namespace {

void post_end(const SnapshotStream::Parts& parts, Result<void> written) {
  boost::asio::post(parts.io, [ended = parts.ended, written = std::move(written)] { ended(written); });
}

class ThreadedStream final : public SnapshotStream {
 public:
  explicit ThreadedStream(Parts parts)
      : parts_(std::move(parts)), thread_([this](std::stop_token stop) { write_all(stop); }) {}

  bool has_room() const override {
    const std::lock_guard guard(mutex_);
    return chunks_.size() < kMostQueued;
  }

  void push(Bytes chunk) override {
    {
      const std::lock_guard guard(mutex_);
      chunks_.push_back(std::move(chunk));
    }
    wake_.notify_one();
  }

  void finish() override {
    {
      const std::lock_guard guard(mutex_);
      complete_ = true;
    }
    wake_.notify_one();
  }

 private:
  static constexpr std::size_t kMostQueued = 4;  // chunks

  void write_all(std::stop_token stop) {
    Result<void> written = write_chunks(stop);
    if (stop.stop_requested()) return;
    if (written) {
      parts_.keep();
      written = parts_.writer->commit();
    }
    post_end(parts_, std::move(written));
  }

  Result<void> write_chunks(std::stop_token stop) {
    for (;;) {
      Bytes chunk;
      {
        std::unique_lock guard(mutex_);
        wake_.wait(guard, stop, [this] { return !chunks_.empty() || complete_; });
        if (stop.stop_requested() || chunks_.empty()) return {};
        chunk = std::move(chunks_.front());
        chunks_.pop_front();
        if (chunks_.size() == kMostQueued - 1) boost::asio::post(parts_.io, parts_.room);
      }
      if (const Result<void> written = parts_.writer->write(chunk); !written) return written.error();
    }
  }

  const Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Bytes> chunks_;
  bool complete_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

class DirectStream final : public SnapshotStream {
 public:
  explicit DirectStream(Parts parts) : parts_(std::move(parts)) {}

  bool has_room() const override { return written_.has_value(); }
  void push(Bytes chunk) override {
    if (written_) written_ = parts_.writer->write(chunk);
    if (!written_) end();
  }
  void finish() override {
    if (ended_) return;
    parts_.keep();
    written_ = parts_.writer->commit();
    end();
  }

 private:
  void end() {
    if (!std::exchange(ended_, true)) post_end(parts_, written_);
  }

  const Parts parts_;
  Result<void> written_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<SnapshotStream> stream_on_a_thread(SnapshotStream::Parts parts) {
  return std::make_unique<ThreadedStream>(std::move(parts));
}

std::unique_ptr<SnapshotStream> stream_in_place(SnapshotStream::Parts parts) {
  return std::make_unique<DirectStream>(std::move(parts));
}

}  // namespace holdfast::keeper
