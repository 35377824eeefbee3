#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "journal/file/directory.h"
#include "journal/file/durable_file.h"

namespace holdfast::journal::file {

// Spare segments: files of full size, every block of them written once, so that appending to them allocates
// nothing. Zero-filling beside running commits doubles their latency, so the first spares are made at the
// start, and later ones come from trimmed segments, renamed by a background thread; only a log that grows
// beyond every size it had before makes new ones.
//
// All calls are on the journal's thread; the directory must outlive the pool.
class SegmentPool {
 public:
  struct Options {
    std::uint64_t segment_bytes = 0;
    std::size_t target = 0;  // spares kept ready
    bool direct = true;
  };

  // `spares` are files that lie ready from an earlier run.
  SegmentPool(Directory& directory, Options options, std::vector<std::string> spares);
  ~SegmentPool();
  SegmentPool(const SegmentPool&) = delete;
  SegmentPool& operator=(const SegmentPool&) = delete;

  // Makes spares on this thread until there are `count` of them. Before start().
  Result<void> fill(std::size_t count);

  // Begins the background work.
  void start();

  // Waits until a spare is ready. Errc::no_space when none can be made; asking again tries again.
  Result<void> ensure();

  // The name of a spare, which is the caller's now. Errors as ensure().
  Result<std::string> take();

  // Takes over segments that are no longer part of the log, oldest first. They become spares while there are
  // fewer than `keep`, and are removed otherwise.
  void recycle(std::vector<std::string> names, std::size_t keep);

 private:
  bool wants_spare() const;  // with mutex_ held
  void work(const std::stop_token& stop);
  void convert(std::unique_lock<std::mutex>& lock);
  void make(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);
  Result<std::string> make_spare(const std::stop_token& stop);
  Result<void> write_zeros(const std::string& name, const std::stop_token& stop);

  Directory& directory_;
  const Options options_;
  DirectMode mode_;   // of the thread that makes spares
  std::mutex mutex_;  // guards what follows, except the thread
  std::condition_variable_any changed_;
  std::vector<std::string> ready_;
  std::vector<std::string> trimmed_;
  std::size_t keep_ = 0;
  bool asked_ = false;  // somebody waits in ensure()
  std::optional<Error> failure_;
  std::jthread thread_;
};

}  // namespace holdfast::journal::file
