#include "service/history/history.h"

#include <future>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "service/history/memory_directory.h"

namespace holdfast::service::history {
namespace {

// Watchers that catch up and people who look; each job is bounded.
constexpr std::size_t kMostReading = 2'000;

constexpr std::uint64_t kMemoryBytes = 32u << 20;
constexpr std::uint64_t kMemorySegmentBytes = 1u << 20;

void warn(const std::string& text) {
  spdlog::warn("history: {}", text);
}

std::unique_ptr<Store> open_in_memory(StoreLimits limits) {
  limits.bytes = std::min(limits.bytes, kMemoryBytes);
  limits.segment_bytes = kMemorySegmentBytes;
  return std::move(Store::open(make_memory_directory(), limits, warn).value());
}

std::unique_ptr<Store> open_store(const HistoryOptions& options) {
  if (options.directory.empty()) return open_in_memory(options.limits);
  auto directory = journal::file::open_directory(options.directory, true);
  auto store = directory ? Store::open(std::move(*directory), options.limits, warn)
                         : Result<std::unique_ptr<Store>>(directory.error());
  if (store) return std::move(*store);
  warn("kept in memory only: " + store.error().message());
  return open_in_memory(options.limits);
}

}  // namespace

History::History(boost::asio::io_context& io, const HistoryOptions& options)
    : io_(io), store_(open_store(options)), reader_([this](std::stop_token stop) { run_readers(stop); }) {}

// The writer goes first: what it still has to do may hand a job to the reader.
History::~History() {
  writer_.reset();
}

void History::start(const keeper::CellName& cell, lock::Revision head) {
  auto ready = store_->flush();
  if (ready) ready = store_->cut_back(cell, head);
  if (!ready) warn(ready.error().message());
  writer_.emplace(*store_);
}

void History::take(const keeper::SharedChunk& chunk) {
  if (writer_) return writer_->push(chunk);
  if (const auto appended = store_->append(*chunk); !appended) warn(appended.error().message());
}

std::function<void()> History::keep(const keeper::SharedChunk& mark) {
  const auto kept = std::make_shared<std::promise<void>>();
  writer_->push(mark);
  const std::shared_future<void> done = kept->get_future();
  writer_->after_sync([kept] { kept->set_value(); });
  return [done] { done.wait(); };
}

lock::Revision History::floor() const {
  return store_->segments().floor().value_or(lock::Revision{UINT64_MAX});
}

bool History::read_forward(lock::Revision after, Visit visit, ForwardDone done) {
  return read([this, after, visit = std::move(visit), done = std::move(done)] {
    const lock::Revision result = history::read_forward(store_->segments(), after, visit);
    boost::asio::post(io_, [this, done, result] {
      --reading_;
      done(result);
    });
  });
}

bool History::read_backward(lock::Revision before, std::size_t most_events, Visit visit, BackwardDone done) {
  return read([this, before, most_events, visit = std::move(visit), done = std::move(done)] {
    const auto result = history::read_backward(store_->segments(), before, most_events, visit);
    boost::asio::post(io_, [this, done, result] {
      --reading_;
      done(result);
    });
  });
}

// What was told before is written first, so that nobody misses what he was just told of.
bool History::read(std::function<void()> job) {
  if (!writer_ || reading_ >= kMostReading) return false;
  ++reading_;
  writer_->after_all([this, job = std::move(job)]() mutable {
    {
      const std::lock_guard guard(mutex_);
      jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
  });
  return true;
}

void History::run_readers(std::stop_token stop) {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock guard(mutex_);
      if (!wake_.wait(guard, stop, [this] { return !jobs_.empty(); })) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    if (stop.stop_requested()) return;
    job();
  }
}

}  // namespace holdfast::service::history
