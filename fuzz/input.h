#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace holdfast::fuzz {

// Takes choices from the front of a target's input. At its end every choice is the first and every text
// empty.
class Input {
 public:
  explicit Input(ByteView bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }
  ByteView rest() const { return bytes_; }

  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_ = bytes_.subspan(1);
    return value;
  }
  bool flag() { return (byte() & 1) != 0; }
  std::uint32_t two_bytes() { return byte() | std::uint32_t{byte()} << 8; }
  // One of 0 to `most`, which is at most 255.
  std::uint8_t up_to(std::uint8_t most) { return static_cast<std::uint8_t>(byte() % (most + 1u)); }

  ByteView take(std::size_t bytes) {
    const ByteView taken = bytes_.first(std::min(bytes, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }

 private:
  ByteView bytes_;
};

}  // namespace holdfast::fuzz
