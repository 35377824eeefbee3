#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "lock/pool.h"
#include "lock/records.h"

namespace holdfast::lock {

// The locks in the order of their keys, for lists. Most locks live only for a moment, and finding a place
// among a million keys costs more than the rest of a grant; so a lock is put in order only when somebody asks
// for a list, or when so many newer ones have come that it is no longer one of those.
//
// A search among a million keys waits for memory at almost every step. Locks are therefore put in order
// several at a time, so that the searches wait together, and a lock leaves the order without any search.
class KeyOrder {
 public:
  explicit KeyOrder(const Pool<Lock>& locks) : locks_(locks) {}

  void add(Ref<Lock> lock);
  void remove(Ref<Lock> lock);  // before it is destroyed

  // The first lock whose key is greater than `key` (or not less, with `including`).
  Ref<Lock> next(std::string_view key, bool including);

  std::size_t size() const { return ordered_count_ + waiting_count_; }

 private:
  using Number = std::uint32_t;  // of a lock
  using BlockId = std::uint32_t;
  using Block = std::vector<Number>;  // neighbours in the order; never empty

  // How many may wait to be put in order: what a list pays at most before it begins.
  static constexpr std::size_t kMaxWaiting = 4'096;
  static constexpr std::size_t kTogether = 16;
  static constexpr std::size_t kMaxBlock = 512;
  static constexpr BlockId kNoBlock = UINT32_MAX;
  static constexpr BlockId kWaiting = kNoBlock - 1;

  // The place of a lock that is about to be put in order, somewhere in [low, high).
  struct Search {
    Number lock = 0;
    std::string_view key;
    std::size_t block = 0;  // by its place in the row
    std::size_t low = 0;
    std::size_t high = 0;
  };

  std::string_view key_of(Number lock) const { return locks_[Ref<Lock>{lock}].key.view(); }
  void order_oldest();
  std::size_t take_waiting(std::span<Search> searches);
  void find_places(std::span<Search> searches) const;
  template <class At>
  void narrow_together(std::span<Search> searches, At at) const;
  std::size_t block_with(std::string_view key) const;
  void open_block(std::size_t place);
  void close_block(std::size_t place);
  void split(std::size_t place);

  const Pool<Lock>& locks_;
  std::vector<Block> blocks_;
  std::vector<BlockId> free_blocks_;
  std::vector<BlockId> row_;       // the blocks in order
  std::vector<Number> firsts_;     // the first lock of each, in the same order
  std::vector<BlockId> block_of_;  // by the number of the lock
  std::size_t ordered_count_ = 0;
  std::deque<Number> waiting_;  // the oldest first; some may be gone, or be other locks by now
  std::size_t waiting_count_ = 0;
};

}  // namespace holdfast::lock
