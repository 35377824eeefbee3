#include "service/history/writer.h"

#include <utility>

#include <spdlog/spdlog.h>

namespace holdfast::service::history {
namespace {

using std::chrono::steady_clock;

// More than this waiting to be written is dropped. Half of what watchers find in memory, so that what is not
// there any more is in the files.
constexpr std::size_t kMostQueuedBytes = 16u << 20;

// What comes within this time is written together.
constexpr std::chrono::milliseconds kGather{20};
constexpr std::size_t kEnoughBytes = 1u << 20;

constexpr std::chrono::seconds kPause{1};

}  // namespace

Writer::Writer(Store& store) : store_(store), thread_([this](std::stop_token stop) { run(stop); }) {}

Writer::~Writer() = default;

void Writer::push(keeper::SharedChunk chunk) {
  bool wake = false;
  {
    const std::lock_guard guard(mutex_);
    if (bytes_ >= kMostQueuedBytes) return;
    wake = items_.empty() || bytes_ < kEnoughBytes;
    bytes_ += sizeof *chunk + chunk->views.size();
    wake = items_.empty() || (wake && bytes_ >= kEnoughBytes);
    items_.emplace_back(std::move(chunk));
  }
  if (wake) wake_.notify_one();
}

void Writer::after_all(std::function<void()> then) {
  push_task({std::move(then), false});
}

void Writer::after_sync(std::function<void()> then) {
  push_task({std::move(then), true});
}

void Writer::push_task(Task task) {
  {
    const std::lock_guard guard(mutex_);
    items_.emplace_back(std::move(task));
    urgent_ = true;
  }
  wake_.notify_one();
}

void Writer::run(std::stop_token stop) {
  for (;;) {
    std::deque<Item> items;
    {
      std::unique_lock guard(mutex_);
      wake_.wait(guard, stop, [this] { return !items_.empty(); });
      wake_.wait_for(guard, stop, kGather, [this] { return urgent_ || bytes_ >= kEnoughBytes; });
      if (items_.empty()) return;
      items.swap(items_);
      bytes_ = 0;
      urgent_ = false;
    }
    for (const Item& item : items) carry_out(item);
    note(store_.flush());
  }
}

void Writer::carry_out(const Item& item) {
  if (const auto* chunk = std::get_if<keeper::SharedChunk>(&item)) return append(**chunk);
  const Task& task = std::get<Task>(item);
  note(task.sync ? store_.sync() : store_.flush());
  task.then();
}

void Writer::append(const keeper::EventChunk& chunk) {
  if (failing_ && steady_clock::now() < try_again_) return;
  const auto appended = store_.append(chunk);
  if (!appended) return note(appended);
  if (failing_) {
    failing_ = false;
    spdlog::info("history is written again, from revision {} on", chunk.after.value);
  }
}

void Writer::note(const Result<void>& result) {
  if (result) return;
  try_again_ = steady_clock::now() + kPause;
  if (std::exchange(failing_, true)) return;
  spdlog::warn("history cannot be written and has a gap: {}", result.error().message());
}

}  // namespace holdfast::service::history
