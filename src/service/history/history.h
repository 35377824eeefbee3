#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "keeper/event_hub.h"
#include "service/history/reader.h"
#include "service/history/store.h"
#include "service/history/writer.h"

// The events of the last days, for watchers that come back and for people who ask what happened. A reader of
// the journal of this one server, kept beside it in files of its own; store.h says why it is whole.

namespace holdfast::service::history {

struct HistoryOptions {
  std::string directory;  // empty: in memory
  StoreLimits limits;
};

// Lives on the io_context's thread; files are read and written on threads of its own. Must outlive the keeper
// whose events it takes, and the io_context it.
class History final : public keeper::EventHub::Subscriber {
 public:
  // Cannot fail: history that cannot be opened is kept in memory, and the log says so.
  History(boost::asio::io_context& io, const HistoryOptions& options);
  ~History() override;

  // The keeper has recovered up to here. Before, chunks are written on the caller's thread.
  void start(const keeper::CellName& cell, lock::Revision head);

  // keeper::EventHub::Subscriber
  void take(const keeper::SharedChunk& chunk) override;
  std::function<void()> keep(const keeper::SharedChunk& mark) override;

  // Every event after this revision is here.
  lock::Revision floor() const;

  // Reading, on another thread, what was told up to now: `visit` is called there, `done` comes back here.
  // False when too many are waiting to read; neither is called then.
  using ForwardDone = std::function<void(lock::Revision through)>;
  bool read_forward(lock::Revision after, Visit visit, ForwardDone done);
  using BackwardDone = std::function<void(const Result<Backward>&)>;
  bool read_backward(lock::Revision before, std::size_t most_events, Visit visit, BackwardDone done);

 private:
  bool read(std::function<void()> job);
  void run_readers(std::stop_token stop);

  boost::asio::io_context& io_;
  std::unique_ptr<Store> store_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::function<void()>> jobs_;
  std::size_t reading_ = 0;       // asked for and not done; this thread's
  std::optional<Writer> writer_;  // once started
  std::jthread reader_;           // last: it uses all of the above
};

}  // namespace holdfast::service::history
