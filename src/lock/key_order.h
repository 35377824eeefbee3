#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include <absl/container/btree_set.h>

#include "lock/pool.h"
#include "lock/records.h"

namespace holdfast::lock {

// The locks in the order of their keys, for lists. Most locks live only for a moment, and finding a place
// among a million keys costs more than the rest of a grant; so a lock is put in order only when somebody asks
// for a list, or when so many newer ones have come that it is no longer one of those.
class KeyOrder {
 public:
  explicit KeyOrder(const Pool<Lock>& locks) : locks_(locks), ordered_(Less{&locks}) {}

  void add(Ref<Lock> lock);
  void remove(Ref<Lock> lock);  // before it is destroyed

  // The first lock whose key is greater than `key` (or not less, with `including`).
  Ref<Lock> next(std::string_view key, bool including);

  std::size_t size() const { return ordered_.size() + waiting_count_; }

 private:
  // How many may wait to be put in order: what a list pays at most before it begins.
  static constexpr std::size_t kMaxWaiting = 4'096;

  struct Less {
    using is_transparent = void;
    const Pool<Lock>* locks;
    std::string_view key_of(std::uint32_t number) const { return (*locks)[Ref<Lock>{number}].key.view(); }
    std::string_view key_of(std::string_view key) const { return key; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return key_of(a) < key_of(b);
    }
  };

  void order_oldest();

  const Pool<Lock>& locks_;
  absl::btree_set<std::uint32_t, Less> ordered_;
  std::deque<Ref<Lock>> waiting_;  // the oldest first; some may be gone, or be other locks by now
  std::vector<bool> is_waiting_;   // by the number of the lock
  std::size_t waiting_count_ = 0;
};

}  // namespace holdfast::lock
