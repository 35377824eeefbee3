#include "journal/file/snapshot_store.h"

#include "base/assert.h"

namespace holdfast::journal::file {

class SnapshotStore::Writer final : public SnapshotWriter {
 public:
  Writer(SnapshotStore& store, SnapshotFileWriter file, std::string partial, std::uint64_t appended)
      : store_(store), file_(std::move(file)), partial_(std::move(partial)), appended_(appended) {}

  ~Writer() override {
    // A file that is left behind by a failure here is removed at the next start.
    if (!committed_) (void)store_.directory_.remove(partial_);
    const std::lock_guard lock(store_.mutex_);
    store_.writing_ = false;
  }

  Result<void> write(ByteView chunk) override { return file_.write(chunk); }

  Result<void> commit() override {
    HOLDFAST_ASSERT(!committed_);
    const auto info = file_.finish();
    if (!info) return info.error();
    Directory& directory = store_.directory_;
    if (auto renamed = directory.rename(partial_, snapshot_name(info->head.sequence)); !renamed)
      return renamed.error();
    committed_ = true;
    if (auto synced = directory.sync(); !synced) return synced.error();
    store_.publish(*info, appended_);
    return {};
  }

 private:
  SnapshotStore& store_;
  SnapshotFileWriter file_;
  std::string partial_;
  std::uint64_t appended_;
  bool committed_ = false;
};

Result<std::unique_ptr<SnapshotStore>> SnapshotStore::open(Directory& directory, const Listing& listing) {
  std::unique_ptr<SnapshotStore> store(new SnapshotStore(directory));
  const std::size_t surplus = listing.snapshots.size() > 2 ? listing.snapshots.size() - 2 : 0;
  for (std::size_t i = 0; i < listing.snapshots.size(); ++i) {
    const std::uint64_t sequence = listing.snapshots[i];
    if (i < surplus) {
      store->surplus_.push_back(sequence);
      continue;
    }
    const auto info = inspect_snapshot(directory, snapshot_name(sequence));
    if (!info) return info.error();
    if (info->head.sequence != sequence) {
      return Error{Errc::damaged, directory.path_of(snapshot_name(sequence)) +
                                      " at offset 16: the header names another entry than the file's name"};
    }
    store->complete_.push_back(*info);
  }
  return store;
}

std::vector<SnapshotInfo> SnapshotStore::kept() const {
  const std::lock_guard lock(mutex_);
  return complete_;
}

std::optional<SnapshotInfo> SnapshotStore::newest() const {
  const std::lock_guard lock(mutex_);
  return complete_.empty() ? std::nullopt : std::optional(complete_.back());
}

Result<void> SnapshotStore::read_newest(const VisitChunk& visit) {
  const auto info = newest();
  HOLDFAST_ASSERT(info.has_value());
  auto read = read_snapshot_file(directory_, snapshot_name(info->head.sequence), visit);
  if (!read) return read.error();
  return {};
}

Result<std::unique_ptr<SnapshotWriter>> SnapshotStore::begin(const Head& head, std::uint64_t appended) {
  {
    const std::lock_guard lock(mutex_);
    HOLDFAST_ASSERT(!writing_);
    HOLDFAST_ASSERT(complete_.empty() || complete_.back().head.sequence <= head.sequence);
  }
  const std::string partial = partial_name(snapshot_name(head.sequence));
  auto file = SnapshotFileWriter::create(directory_, partial, head);
  if (!file) return file.error();
  const std::lock_guard lock(mutex_);
  writing_ = true;
  return std::make_unique<Writer>(*this, std::move(*file), partial, appended);
}

void SnapshotStore::publish(const SnapshotInfo& info, std::uint64_t appended) {
  const std::lock_guard lock(mutex_);
  if (!complete_.empty() && complete_.back().head == info.head) complete_.pop_back();
  complete_.push_back(info);
  if (complete_.size() > 2) {
    surplus_.push_back(complete_.front().head.sequence);
    complete_.erase(complete_.begin());
  }
  appended_at_newest_ = appended;
}

std::uint64_t SnapshotStore::appended_at_newest() const {
  const std::lock_guard lock(mutex_);
  return appended_at_newest_;
}

Result<void> SnapshotStore::trim() {
  std::vector<std::uint64_t> surplus;
  {
    const std::lock_guard lock(mutex_);
    surplus.swap(surplus_);
  }
  for (const std::uint64_t sequence : surplus) {
    if (auto removed = directory_.remove(snapshot_name(sequence)); !removed) return removed.error();
  }
  return {};
}

}  // namespace holdfast::journal::file
