#include "journal/memory/memory_store.h"

#include "base/assert.h"

namespace holdfast::journal::memory {

Append MemoryStore::append(const Head& previous, const AppendId& id, const Chain& chain, ByteView entry) {
  if (previous != head_) return judge_taken(previous.sequence + 1, id, chain);
  entries_.push_back({id, chain, Bytes(entry.begin(), entry.end())});
  head_ = {head_.sequence + 1, chain};
  total_ += entry.size();
  return Append::written;
}

Append MemoryStore::judge_taken(std::uint64_t sequence, const AppendId& id, const Chain& chain) const {
  if (sequence > head_.sequence) return Append::refused;
  if (sequence < first_kept()) return Append::overtaken;
  const Entry& entry = entries_[sequence - first_kept()];
  return entry.id == id && entry.chain == chain ? Append::written : Append::refused;
}

void MemoryStore::rewind(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  HOLDFAST_ASSERT(sequence >= first_kept() && sequence <= head_.sequence);
  const auto kept = static_cast<std::ptrdiff_t>(sequence - first_kept() + 1);
  const Chain chain = entries_[static_cast<std::size_t>(kept) - 1].chain;
  entries_.erase(entries_.begin() + kept, entries_.end());
  head_ = {sequence, chain};
  for (auto* snapshot : {&newest_, &previous_}) {
    if (*snapshot && (*snapshot)->info.head.sequence > sequence) snapshot->reset();
  }
  if (!newest_) newest_ = std::exchange(previous_, {});
  ++history_;
}

}  // namespace holdfast::journal::memory
