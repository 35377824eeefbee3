#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "base/assert.h"

namespace holdfast::lock {

// An immutable string of at most 65,535 bytes in one pointer: a state of a million locks holds several
// millions of short texts, most of them empty, and an empty one owns no memory.
class Text {
 public:
  Text() = default;
  explicit Text(std::string_view value) {
    if (value.empty()) return;
    HOLDFAST_ASSERT(value.size() <= UINT16_MAX);
    const auto size = static_cast<std::uint16_t>(value.size());
    data_ = static_cast<char*>(std::malloc(sizeof size + size));
    if (data_ == nullptr) throw std::bad_alloc();
    std::memcpy(data_, &size, sizeof size);
    std::memcpy(data_ + sizeof size, value.data(), size);
  }
  Text(Text&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
  Text& operator=(Text&& other) noexcept {
    std::swap(data_, other.data_);
    return *this;
  }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  ~Text() { std::free(data_); }

  std::string_view view() const {
    if (data_ == nullptr) return {};
    std::uint16_t size = 0;
    std::memcpy(&size, data_, sizeof size);
    return {data_ + sizeof size, size};
  }
  bool empty() const { return data_ == nullptr; }

 private:
  char* data_ = nullptr;
};

}  // namespace holdfast::lock
