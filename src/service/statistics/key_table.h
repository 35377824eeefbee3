#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "service/statistics/small_histogram.h"

namespace holdfast::service {

// What happened to one key while this server watched.
struct KeyStatistics {
  std::uint64_t grants = 0;
  std::uint64_t refusals = 0;  // at once
  std::uint64_t timeouts = 0;  // after a wait
  SmallHistogram waits;        // of grants, those that did not wait included
  SmallHistogram holds;
};

// Statistics of the most used keys, and of no more than `limit` of them. In a full table a key that is new
// finds room only when it comes a few times in a short while: keys that are used once or twice, of which
// there may be millions, cost next to nothing. Then it takes the place of the least used of a few. Each time
// one of them has its uses halved, so that what was busy long ago makes room. Memory: about 700 bytes a key.
class KeyTable {
 public:
  explicit KeyTable(std::size_t limit);

  // The key is being used. Null when it has no place.
  KeyStatistics* use(std::string_view key);
  const KeyStatistics* find(std::string_view key) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    KeyStatistics statistics;
  };

  // A key without a place that came lately.
  struct Caller {
    std::uint16_t mark = 0;  // of the key
    std::uint16_t times = 0;
  };

  bool is_let_in(std::size_t hash);
  std::size_t least_used_nearby();
  KeyStatistics* begin(std::size_t at, std::string_view key);

  const std::size_t limit_;
  std::deque<Entry> entries_;  // never moves: the index refers to their keys
  absl::flat_hash_map<std::string_view, std::size_t> index_;
  std::vector<std::uint32_t> uses_;  // of the entries; apart, because many are looked at for each new key
  std::size_t hand_ = 0;
  std::vector<Caller> callers_;  // by hash; the last one that came has the seat
};

}  // namespace holdfast::service
