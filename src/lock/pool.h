#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "base/assert.h"

namespace holdfast::lock {

// A record's place in its Pool, in four bytes. 0 is none. It stays valid until the record is destroyed.
template <class T>
struct Ref {
  std::uint32_t number = 0;

  constexpr explicit operator bool() const { return number != 0; }
  friend constexpr auto operator<=>(Ref, Ref) = default;
};

// Records of one kind at stable addresses, without a pointer or an allocation of their own each. Grows by a
// chunk at a time, so growing never moves or stalls, and can be swept by slot number while it changes.
template <class T>
class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    for (std::size_t slot = 0; slot < slots(); ++slot) {
      if (T* record = at_slot(slot)) record->~T();
    }
  }

  Ref<T> create() {
    if (!free_) grow();
    const Ref<T> ref = free_;
    std::byte* place = bytes(ref.number - 1);
    std::memcpy(&free_, place, sizeof free_);
    new (place) T{};
    live_word(ref.number - 1) |= live_bit(ref.number - 1);
    ++size_;
    return ref;
  }

  void destroy(Ref<T> ref) {
    (*this)[ref].~T();
    live_word(ref.number - 1) &= ~live_bit(ref.number - 1);
    std::memcpy(bytes(ref.number - 1), &free_, sizeof free_);
    free_ = ref;
    --size_;
  }

  T& operator[](Ref<T> ref) { return *std::launder(reinterpret_cast<T*>(bytes(ref.number - 1))); }
  const T& operator[](Ref<T> ref) const { return const_cast<Pool&>(*this)[ref]; }

  std::size_t size() const { return size_; }
  std::size_t slots() const { return chunks_.size() * kChunk; }
  // The record in a slot, or null when the slot is free.
  T* at_slot(std::size_t slot) {
    return (live_word(slot) & live_bit(slot)) ? &(*this)[Ref<T>{static_cast<std::uint32_t>(slot + 1)}]
                                              : nullptr;
  }
  const T* at_slot(std::size_t slot) const { return const_cast<Pool*>(this)->at_slot(slot); }
  static Ref<T> ref_of_slot(std::size_t slot) { return {static_cast<std::uint32_t>(slot + 1)}; }

 private:
  static constexpr std::size_t kChunk = 1024;
  struct Chunk {
    std::array<std::uint64_t, kChunk / 64> live{};
    alignas(T) std::array<std::byte, kChunk * sizeof(T)> records;
  };
  static_assert(sizeof(T) >= sizeof(Ref<T>));

  std::byte* bytes(std::size_t slot) {
    return chunks_[slot / kChunk]->records.data() + (slot % kChunk) * sizeof(T);
  }
  std::uint64_t& live_word(std::size_t slot) { return chunks_[slot / kChunk]->live[slot % kChunk / 64]; }
  static std::uint64_t live_bit(std::size_t slot) { return std::uint64_t{1} << (slot % 64); }

  void grow() {
    const std::size_t first = slots();
    HOLDFAST_ASSERT(first + kChunk < UINT32_MAX);
    chunks_.push_back(std::unique_ptr<Chunk>(new Chunk));
    for (std::size_t slot = first + kChunk; slot-- > first;) {
      std::memcpy(bytes(slot), &free_, sizeof free_);
      free_ = ref_of_slot(slot);
    }
  }

  std::vector<std::unique_ptr<Chunk>> chunks_;
  Ref<T> free_;
  std::size_t size_ = 0;
};

}  // namespace holdfast::lock
