#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <variant>

#include "keeper/event_hub.h"
#include "service/history/store.h"

// The thread that writes history. Whoever hands chunks over is never kept waiting: when the disk does not
// follow, or is full, chunks are dropped, the log says so, and history has a gap.

namespace holdfast::service::history {

class Writer {
 public:
  // `store` must outlive the writer.
  explicit Writer(Store& store);
  // Writes what is left.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void push(keeper::SharedChunk chunk);
  // Runs `then` on the writer's thread when everything pushed before can be read, or is lost.
  void after_all(std::function<void()> then);
  // Likewise, with all of that synced.
  void after_sync(std::function<void()> then);

 private:
  struct Task {
    std::function<void()> then;
    bool sync = false;
  };
  using Item = std::variant<keeper::SharedChunk, Task>;

  void push_task(Task task);
  void run(std::stop_token stop);
  void carry_out(const Item& item);
  void append(const keeper::EventChunk& chunk);
  void note(const Result<void>& result);

  Store& store_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Item> items_;
  std::size_t bytes_ = 0;  // of chunks in items_
  bool urgent_ = false;    // somebody waits for a task
  bool failing_ = false;
  std::chrono::steady_clock::time_point try_again_{};
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace holdfast::service::history
