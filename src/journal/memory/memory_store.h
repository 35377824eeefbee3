#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "journal/journal.h"

// What the journals of several servers have in common when it is in memory: the engine itself, so to speak.
// It does what protocol.md section 1 asks of one, and what an administrator can do to one.

namespace holdfast::journal::memory {

// Several threads may use it.
class MemoryStore {
 public:
  // The engine is set back to an older state of itself, as a restored disk would be: what came after is gone.
  // An entry that is trimmed cannot be gone back to.
  void rewind(std::uint64_t sequence);

 private:
  friend class MemoryJournal;
  friend class MemorySnapshotWriter;
  friend class MemoryObjects;

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

  std::uint64_t first_kept() const { return head_.sequence - entries_.size() + 1; }
  Append append(const Head& previous, const AppendId& id, const Chain& chain, ByteView entry);
  Append judge_taken(std::uint64_t sequence, const AppendId& id, const Chain& chain) const;

  mutable std::mutex mutex_;
  Head head_;
  std::uint64_t history_ = 0;  // which of its histories the engine lives (protocol.md 5)
  std::deque<Entry> entries_;
  std::uint64_t total_ = 0;  // bytes ever appended
  std::shared_ptr<const Snapshot> newest_;
  std::shared_ptr<const Snapshot> previous_;
  std::map<ObjectId, Bytes> objects_;
};

// One server's journal on a store that others use too.
std::unique_ptr<Journal> open_on(std::shared_ptr<MemoryStore> store);

}  // namespace holdfast::journal::memory
