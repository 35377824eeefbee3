#include "journal/memory/memory_journal.h"

#include <utility>

#include "base/assert.h"
#include "journal/memory/memory_store.h"

namespace holdfast::journal::memory {

using Store = std::shared_ptr<MemoryStore>;

class MemorySnapshotWriter final : public SnapshotWriter {
 public:
  MemorySnapshotWriter(Store store, std::shared_ptr<bool> busy, const Head& head, std::uint64_t total)
      : store_(std::move(store)),
        busy_(std::move(busy)),
        snapshot_(std::make_shared<MemoryStore::Snapshot>()) {
    *busy_ = true;
    snapshot_->info.head = head;
    snapshot_->total_at_begin = total;
  }
  ~MemorySnapshotWriter() override {
    const std::lock_guard lock(store_->mutex_);
    *busy_ = false;
  }

  Result<void> write(ByteView chunk) override {
    HOLDFAST_ASSERT(!chunk.empty() && chunk.size() <= kMaxChunkBytes && snapshot_ != nullptr);
    snapshot_->chunks.emplace_back(chunk.begin(), chunk.end());
    snapshot_->info.bytes += chunk.size();
    return {};
  }

  Result<void> commit() override {
    HOLDFAST_ASSERT(snapshot_ != nullptr);
    const std::lock_guard lock(store_->mutex_);
    if (const auto& newest = store_->newest_) {
      const Head& its = newest->info.head;
      if (its.sequence > snapshot_->info.head.sequence)
        return Error{Errc::in_use, "a newer snapshot is there"};
      if (its != snapshot_->info.head) store_->previous_ = newest;
    }
    store_->newest_ = std::move(snapshot_);
    return {};
  }

 private:
  const Store store_;
  const std::shared_ptr<bool> busy_;
  std::shared_ptr<MemoryStore::Snapshot> snapshot_;
};

class MemoryObjects final : public Objects {
 public:
  explicit MemoryObjects(Store store) : store_(std::move(store)) {}

  Result<void> put(const ObjectId& id, ByteView bytes) override {
    const std::lock_guard lock(store_->mutex_);
    store_->objects_[id] = Bytes(bytes.begin(), bytes.end());
    return {};
  }
  Result<Bytes> get(const ObjectId& id) override {
    const std::lock_guard lock(store_->mutex_);
    const auto found = store_->objects_.find(id);
    if (found == store_->objects_.end()) return Error{Errc::damaged, "there is no such object"};
    return found->second;
  }
  Result<void> remove(const ObjectId& id) override {
    const std::lock_guard lock(store_->mutex_);
    store_->objects_.erase(id);
    return {};
  }
  Result<std::vector<ObjectId>> list() override {
    const std::lock_guard lock(store_->mutex_);
    std::vector<ObjectId> ids;
    for (const auto& [id, bytes] : store_->objects_) ids.push_back(id);
    return ids;
  }

 private:
  const Store store_;
};

class MemoryJournal final : public Journal {
 public:
  explicit MemoryJournal(Store store) : store_(std::move(store)), objects_(store_) {
    const std::lock_guard lock(store_->mutex_);
    head_ = store_->head_;
    history_ = store_->history_;
  }

  Durability durability() const override {
    return {.engine = "memory", .level = "none", .description = "gone when this process ends"};
  }

  Head head() const override { return head_; }

  Result<void> refresh() override {
    const std::lock_guard lock(store_->mutex_);
    if (auto same = same_history(); !same) return same;
    head_ = store_->head_;
    return {};
  }

  Result<void> reserve(std::size_t) override { return {}; }

  Result<Append> append(const Head& previous, const AppendId& id, ByteView entry) override {
    HOLDFAST_ASSERT(!entry.empty() && entry.size() <= kMaxEntryBytes);
    const Chain chain = next_chain(previous.chain, entry);
    const std::lock_guard lock(store_->mutex_);
    if (const auto same = same_history(); !same) return same.error();
    const Append outcome = store_->append(previous, id, chain, entry);
    if (outcome == Append::written && previous.sequence + 1 > head_.sequence) {
      head_ = {previous.sequence + 1, chain};
    }
    return outcome;
  }

  Result<void> read(std::uint64_t first, const Visit& visit) override {
    for (std::uint64_t at = first; at <= head_.sequence; ++at) {
      const Result<Bytes> entry = entry_at(at);
      if (!entry) return entry.error();
      if (auto visited = visit(at, *entry); !visited) return visited.error();
    }
    return {};
  }

  std::optional<SnapshotInfo> latest_snapshot() const override {
    const std::lock_guard lock(store_->mutex_);
    return store_->newest_ ? std::optional(store_->newest_->info) : std::nullopt;
  }

  Result<void> read_snapshot(const std::function<Result<void>(ByteView chunk)>& visit) override {
    const auto newest = [&] {
      const std::lock_guard lock(store_->mutex_);
      return store_->newest_;
    }();
    HOLDFAST_ASSERT(newest != nullptr);
    for (const Bytes& chunk : newest->chunks) {
      if (auto visited = visit(chunk); !visited) return visited.error();
    }
    return {};
  }

  Result<std::unique_ptr<SnapshotWriter>> begin_snapshot(const Head& head) override {
    const std::lock_guard lock(store_->mutex_);
    HOLDFAST_ASSERT(!*snapshot_busy_ && head.sequence <= head_.sequence);
    if (const auto& newest = store_->newest_; newest && newest->info.head.sequence > head.sequence) {
      return Error{Errc::in_use, "a newer snapshot is there"};
    }
    return std::make_unique<MemorySnapshotWriter>(store_, snapshot_busy_, head, store_->total_);
  }

  Result<void> trim() override {
    const std::lock_guard lock(store_->mutex_);
    if (!store_->previous_) return {};
    const std::uint64_t covered = store_->previous_->info.head.sequence;
    while (store_->first_kept() <= covered) store_->entries_.pop_front();
    return {};
  }

  std::uint64_t bytes_since_snapshot() const override {
    const std::lock_guard lock(store_->mutex_);
    return store_->total_ - (store_->newest_ ? store_->newest_->total_at_begin : 0);
  }

  Objects& objects() override { return objects_; }

 private:
  Result<void> same_history() const {
    if (history_ == store_->history_) return {};
    return Error{Errc::rewound, "the engine was set back"};
  }

  Result<Bytes> entry_at(std::uint64_t sequence) const {
    const std::lock_guard lock(store_->mutex_);
    if (sequence < store_->first_kept()) return Error{Errc::trimmed, "another server no longer needs them"};
    if (sequence > store_->head_.sequence) return Error{Errc::rewound, "the engine was set back"};
    return store_->entries_[sequence - store_->first_kept()].bytes;
  }

  const Store store_;
  Head head_;
  std::uint64_t history_ = 0;
  MemoryObjects objects_;
  const std::shared_ptr<bool> snapshot_busy_ = std::make_shared<bool>(false);  // under the store's mutex
};

std::unique_ptr<Journal> open_on(Store store) {
  return std::make_unique<MemoryJournal>(std::move(store));
}

Result<std::unique_ptr<Journal>> open(std::string_view rest, const OpenOptions& options,
                                      const std::function<void(std::string)>&) {
  if (!rest.empty()) return Error{Errc::unsupported, "memory: takes nothing after the colon"};
  if (!options.create) return Error{Errc::not_a_journal, "memory: holds no journal"};
  return open_on(std::make_shared<MemoryStore>());
}

}  // namespace holdfast::journal::memory
