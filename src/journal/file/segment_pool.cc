#include "journal/file/segment_pool.h"

#include <algorithm>

#include "base/assert.h"
#include "journal/file/layout.h"
#include "journal/file/names.h"

namespace holdfast::journal::file {
namespace {

constexpr std::size_t kFillBytes = 256 * 1024;

Error with_meaning(const Error& error) {
  const bool full = error.code == std::errc::no_space_on_device || error.code.value() == EDQUOT;
  return full ? Error{Errc::no_space, error.message()} : error;
}

}  // namespace

SegmentPool::SegmentPool(Directory& directory, Options options, std::vector<std::string> spares)
    : directory_(directory),
      options_(options),
      // The journal's own files tell about O_DIRECT; here the same refusal is no news.
      mode_([](const std::string&) {}, options.direct),
      ready_(std::move(spares)) {}

SegmentPool::~SegmentPool() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  changed_.notify_all();
  thread_.join();
}

Result<void> SegmentPool::fill(std::size_t count) {
  HOLDFAST_ASSERT(!thread_.joinable());
  while (ready_.size() < count) {
    auto spare = make_spare(std::stop_token());
    if (!spare) return with_meaning(spare.error());
    ready_.push_back(std::move(*spare));
  }
  return {};
}

void SegmentPool::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Result<void> SegmentPool::ensure() {
  std::unique_lock lock(mutex_);
  if (!ready_.empty()) return {};
  asked_ = true;
  failure_.reset();
  changed_.notify_all();
  changed_.wait(lock, [&] { return !ready_.empty() || failure_; });
  asked_ = false;
  if (ready_.empty()) return *failure_;
  return {};
}

Result<std::string> SegmentPool::take() {
  if (auto ready = ensure(); !ready) return ready.error();
  const std::lock_guard lock(mutex_);
  std::string name = std::move(ready_.back());
  ready_.pop_back();
  changed_.notify_all();
  return name;
}

void SegmentPool::recycle(std::vector<std::string> names, std::size_t keep) {
  if (names.empty()) return;
  const std::lock_guard lock(mutex_);
  std::ranges::move(names, std::back_inserter(trimmed_));
  keep_ = keep;
  changed_.notify_all();
}

bool SegmentPool::wants_spare() const {
  return !failure_ && ready_.size() < std::max<std::size_t>(options_.target, asked_ ? 1 : 0);
}

void SegmentPool::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, stop, [&] { return !trimmed_.empty() || wants_spare(); });
    if (stop.stop_requested()) return;
    if (!trimmed_.empty()) {
      convert(lock);
    } else {
      make(lock, stop);
    }
  }
}

// A trimmed file is a spare only when its new name is durable: from then on its header may be overwritten.
void SegmentPool::convert(std::unique_lock<std::mutex>& lock) {
  std::vector<std::string> names;
  names.swap(trimmed_);
  const std::size_t room = keep_ > ready_.size() ? keep_ - ready_.size() : 0;
  lock.unlock();
  std::vector<std::string> spares;
  Result<void> done;
  for (const std::string& name : names) {
    if (spares.size() < room) {
      spares.push_back(spare_name(random_u64()));
      done = directory_.rename(name, spares.back());
    } else {
      done = directory_.remove(name);
    }
    if (!done) break;
  }
  if (done) done = directory_.sync();
  lock.lock();
  if (done) {
    std::ranges::move(spares, std::back_inserter(ready_));
    failure_.reset();
  } else {
    failure_ = with_meaning(done.error());
  }
  changed_.notify_all();
}

void SegmentPool::make(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  lock.unlock();
  auto spare = make_spare(stop);
  lock.lock();
  if (spare) {
    ready_.push_back(std::move(*spare));
  } else {
    failure_ = with_meaning(spare.error());
  }
  changed_.notify_all();
}

Result<std::string> SegmentPool::make_spare(const std::stop_token& stop) {
  const std::string name = spare_name(random_u64());
  const std::string partial = partial_name(name);
  auto done = write_zeros(partial, stop);
  if (done) done = directory_.rename(partial, name);
  if (done) done = directory_.sync();
  if (done) return name;
  // Gives back what a full disk lent; what cannot be removed now is removed at the next start.
  (void)directory_.remove(partial);
  return done.error();
}

Result<void> SegmentPool::write_zeros(const std::string& name, const std::stop_token& stop) {
  if (auto created = directory_.open(name, {.access = OpenMode::Access::create}); !created)
    return created.error();
  auto file = DurableFile::open(directory_, name, mode_);
  if (!file) return file.error();
  AlignedBuffer zeros(kFillBytes);
  for (std::uint64_t offset = 0; offset < options_.segment_bytes; offset += kFillBytes) {
    if (stop.stop_requested()) return Error{Errc::unavailable, "the journal is being closed"};
    const std::size_t size = std::min<std::uint64_t>(kFillBytes, options_.segment_bytes - offset);
    if (auto written = file->write(offset, zeros.span().first(size)); !written) return written.error();
  }
  return file->file().sync();
}

}  // namespace holdfast::journal::file
