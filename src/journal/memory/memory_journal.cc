#include "journal/memory/memory_journal.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "base/assert.h"

namespace holdfast::journal::memory {
namespace {

struct Entry {
  AppendId id;
  Chain chain;  // after this entry
  Bytes bytes;
};

struct Snapshot {
  SnapshotInfo info;
  std::uint64_t total_at_begin = 0;
  std::vector<Bytes> chunks;
};

// What a SnapshotWriter on another thread shares with the journal.
struct Snapshots {
  std::mutex mutex;
  std::shared_ptr<const Snapshot> newest;
  std::shared_ptr<const Snapshot> previous;
  bool writing = false;
};

class Writer final : public SnapshotWriter {
 public:
  Writer(std::shared_ptr<Snapshots> shared, const Head& head, std::uint64_t total)
      : shared_(std::move(shared)), snapshot_(std::make_shared<Snapshot>()) {
    snapshot_->info.head = head;
    snapshot_->total_at_begin = total;
  }
  ~Writer() override {
    const std::lock_guard lock(shared_->mutex);
    shared_->writing = false;
  }

  Result<void> write(ByteView chunk) override {
    HOLDFAST_ASSERT(!chunk.empty() && chunk.size() <= kMaxChunkBytes && snapshot_ != nullptr);
    snapshot_->chunks.emplace_back(chunk.begin(), chunk.end());
    snapshot_->info.bytes += chunk.size();
    return {};
  }

  Result<void> commit() override {
    HOLDFAST_ASSERT(snapshot_ != nullptr);
    const std::lock_guard lock(shared_->mutex);
    const bool replaces = shared_->newest && shared_->newest->info.head == snapshot_->info.head;
    if (!replaces) shared_->previous = std::move(shared_->newest);
    shared_->newest = std::move(snapshot_);
    return {};
  }

 private:
  std::shared_ptr<Snapshots> shared_;
  std::shared_ptr<Snapshot> snapshot_;
};

class MemoryObjects final : public Objects {
 public:
  Result<void> put(const ObjectId& id, ByteView bytes) override {
    const std::lock_guard lock(mutex_);
    objects_[id] = Bytes(bytes.begin(), bytes.end());
    return {};
  }
  Result<Bytes> get(const ObjectId& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(id);
    if (found == objects_.end()) return Error{Errc::damaged, "there is no such object"};
    return found->second;
  }
  Result<void> remove(const ObjectId& id) override {
    const std::lock_guard lock(mutex_);
    objects_.erase(id);
    return {};
  }
  Result<std::vector<ObjectId>> list() override {
    const std::lock_guard lock(mutex_);
    std::vector<ObjectId> ids;
    for (const auto& [id, bytes] : objects_) ids.push_back(id);
    return ids;
  }

 private:
  std::mutex mutex_;
  std::map<ObjectId, Bytes> objects_;
};

class MemoryJournal final : public Journal {
 public:
  Durability durability() const override {
    return {.engine = "memory", .level = "none", .description = "gone when this process ends"};
  }

  Head head() const override { return head_; }

  Result<void> reserve(std::size_t) override { return {}; }

  Result<Append> append(const Head& previous, const AppendId& id, ByteView entry) override {
    HOLDFAST_ASSERT(!entry.empty() && entry.size() <= kMaxEntryBytes);
    const Chain chain = next_chain(previous.chain, entry);
    if (previous != head_)
      return is_mine(previous.sequence + 1, id, chain) ? Append::written : Append::refused;
    entries_.push_back({id, chain, Bytes(entry.begin(), entry.end())});
    head_ = {head_.sequence + 1, chain};
    total_ += entry.size();
    return Append::written;
  }

  Result<void> read(std::uint64_t first, const Visit& visit) override {
    if (first < first_kept()) return Error{Errc::damaged, "the entries asked for were trimmed"};
    for (std::uint64_t at = first; at <= head_.sequence; ++at) {
      if (auto visited = visit(at, entries_[at - first_kept()].bytes); !visited) return visited.error();
    }
    return {};
  }

  std::optional<SnapshotInfo> latest_snapshot() const override {
    const auto newest = newest_snapshot();
    return newest ? std::optional(newest->info) : std::nullopt;
  }

  Result<void> read_snapshot(const std::function<Result<void>(ByteView chunk)>& visit) override {
    const auto newest = newest_snapshot();
    HOLDFAST_ASSERT(newest != nullptr);
    for (const Bytes& chunk : newest->chunks) {
      if (auto visited = visit(chunk); !visited) return visited.error();
    }
    return {};
  }

  Result<std::unique_ptr<SnapshotWriter>> begin_snapshot(const Head& head) override {
    const std::lock_guard lock(snapshots_->mutex);
    HOLDFAST_ASSERT(!snapshots_->writing && head.sequence <= head_.sequence);
    HOLDFAST_ASSERT(!snapshots_->newest || snapshots_->newest->info.head.sequence <= head.sequence);
    snapshots_->writing = true;
    return std::make_unique<Writer>(snapshots_, head, total_);
  }

  Result<void> trim() override {
    const std::lock_guard lock(snapshots_->mutex);
    if (!snapshots_->previous) return {};
    const std::uint64_t covered = snapshots_->previous->info.head.sequence;
    if (covered < first_kept()) return {};
    entries_.erase(entries_.begin(),
                   entries_.begin() + static_cast<std::ptrdiff_t>(covered + 1 - first_kept()));
    return {};
  }

  std::uint64_t bytes_since_snapshot() const override {
    const auto newest = newest_snapshot();
    return total_ - (newest ? newest->total_at_begin : 0);
  }

  Objects& objects() override { return objects_; }

 private:
  std::uint64_t first_kept() const { return head_.sequence - entries_.size() + 1; }

  bool is_mine(std::uint64_t sequence, const AppendId& id, const Chain& chain) const {
    if (sequence < first_kept() || sequence > head_.sequence) return false;
    const Entry& entry = entries_[sequence - first_kept()];
    return entry.id == id && entry.chain == chain;
  }

  std::shared_ptr<const Snapshot> newest_snapshot() const {
    const std::lock_guard lock(snapshots_->mutex);
    return snapshots_->newest;
  }

  Head head_;
  std::vector<Entry> entries_;
  std::uint64_t total_ = 0;
  MemoryObjects objects_;
  std::shared_ptr<Snapshots> snapshots_ = std::make_shared<Snapshots>();
};

}  // namespace

Result<std::unique_ptr<Journal>> open(std::string_view rest, const OpenOptions& options,
                                      const std::function<void(std::string)>&) {
  if (!rest.empty()) return Error{Errc::unsupported, "memory: takes nothing after the colon"};
  if (!options.create) return Error{Errc::not_a_journal, "memory: holds no journal"};
  return std::make_unique<MemoryJournal>();
}

}  // namespace holdfast::journal::memory
