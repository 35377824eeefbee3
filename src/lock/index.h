#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include <boost/unordered/unordered_flat_set.hpp>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/assert.h"
#include "lock/pool.h"

namespace holdfast::lock {

inline std::uint64_t hash_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}
inline std::uint64_t hash_of(std::uint64_t number) {
  return XXH3_64bits(&number, sizeof number);
}
inline std::uint64_t hash_of(const std::array<std::uint64_t, 2>& id) {
  return XXH3_64bits(id.data(), sizeof id);
}

// Finds pool records by a key that they carry; `KeyOf{}(record)` gives it. Split into shards, so that when a
// table of millions grows only a small part is rehashed at once.
template <class T, class KeyOf>
class Index {
 public:
  using Key = decltype(KeyOf{}(std::declval<const T&>()));

  explicit Index(const Pool<T>& pool) : Index(pool, std::make_index_sequence<kShards>{}) {}

  Ref<T> find(const Key& key) const {
    const Shard& shard = shards_[shard_of(key)];
    const auto found = shard.find(key);
    return found == shard.end() ? Ref<T>{} : Ref<T>{*found};
  }
  void insert(const Key& key, Ref<T> ref) {
    HOLDFAST_ASSERT(shards_[shard_of(key)].insert(ref.number).second);
  }
  void erase(const Key& key) {
    Shard& shard = shards_[shard_of(key)];
    const auto found = shard.find(key);
    HOLDFAST_ASSERT(found != shard.end());
    shard.erase(found);
  }

  std::size_t size() const {
    std::size_t size = 0;
    for (const Shard& shard : shards_) size += shard.size();
    return size;
  }

 private:
  static constexpr std::size_t kShards = 256;

  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    const Pool<T>* pool;
    std::size_t operator()(std::uint32_t number) const { return hash_of(KeyOf{}((*pool)[Ref<T>{number}])); }
    std::size_t operator()(const Key& key) const { return hash_of(key); }
  };
  struct Equal {
    using is_transparent = void;
    const Pool<T>* pool;
    Key key_of(std::uint32_t number) const { return KeyOf{}((*pool)[Ref<T>{number}]); }
    const Key& key_of(const Key& key) const { return key; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return key_of(a) == key_of(b);
    }
  };
  using Shard = boost::unordered_flat_set<std::uint32_t, Hash, Equal>;

  template <std::size_t... kNumbers>
  Index(const Pool<T>& pool, std::index_sequence<kNumbers...>)
      : shards_{((void)kNumbers, Shard(0, Hash{&pool}, Equal{&pool}))...} {}

  // Bits that the tables themselves do not use: they take the top ones for the position, the lowest byte for
  // the tag. With those, all of a shard would crowd into one corner of its table.
  static std::size_t shard_of(const Key& key) { return (hash_of(key) >> 8) & (kShards - 1); }

  std::array<Shard, kShards> shards_;
};

}  // namespace holdfast::lock
