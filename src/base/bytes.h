#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace holdfast {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
std::string_view as_text(ByteView bytes);

// Appends little-endian integers, LEB128 varints and length-prefixed texts to a buffer that the caller owns.
// Used by every durable format of Holdfast; docs/format describes them byte by byte.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}

  void u8(std::uint8_t value) { out_.push_back(std::byte{value}); }
  void u32(std::uint32_t value) { raw(std::as_bytes(std::span(&value, 1))); }
  void u64(std::uint64_t value) { raw(std::as_bytes(std::span(&value, 1))); }
  void varint(std::uint64_t value) {
    value < 0x80 ? u8(static_cast<std::uint8_t>(value)) : long_varint(value);
  }
  void signed_varint(std::int64_t value) {  // zigzag
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view value) {  // varint length, bytes
    varint(value.size());
    if (!value.empty()) raw(as_bytes(value));
  }
  void raw(ByteView value) { out_.insert(out_.end(), value.begin(), value.end()); }

 private:
  void long_varint(std::uint64_t value);

  Bytes& out_;
};

// Reads what ByteWriter wrote. A read past the end or a malformed value makes `failed()` true, and this and
// every later read return zero or empty, so a decoder checks once at its end. Texts are views into the
// buffer, which must outlive them.
class ByteReader {
 public:
  explicit ByteReader(ByteView in) : in_(in) {}

  std::uint8_t u8();
  std::uint32_t u32();
  std::uint64_t u64();
  std::uint64_t varint();
  std::int64_t signed_varint();
  std::string_view text();
  ByteView raw(std::size_t size);

  void fail() { failed_ = true; }
  bool failed() const { return failed_; }
  std::size_t remaining() const { return failed_ ? 0 : in_.size() - at_; }
  bool done() const { return !failed_ && at_ == in_.size(); }

 private:
  bool take(std::size_t size);

  ByteView in_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace holdfast
