#include "base/bytes.h"

#include <array>
#include <bit>
#include <cstring>

namespace holdfast {

static_assert(std::endian::native == std::endian::little,
              "the formats are little-endian and written as they are");

std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void ByteWriter::long_varint(std::uint64_t value) {
  std::array<std::byte, 10> bytes;
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7) bytes[size++] = std::byte{static_cast<std::uint8_t>(value | 0x80)};
  bytes[size++] = std::byte{static_cast<std::uint8_t>(value)};
  raw(std::span(bytes).first(size));
}

bool ByteReader::take(std::size_t size) {
  if (failed_ || in_.size() - at_ < size) {
    failed_ = true;
    return false;
  }
  at_ += size;
  return true;
}

std::uint8_t ByteReader::u8() {
  return take(1) ? static_cast<std::uint8_t>(in_[at_ - 1]) : 0;
}

std::uint32_t ByteReader::u32() {
  std::uint32_t value = 0;
  if (take(sizeof value)) std::memcpy(&value, in_.data() + at_ - sizeof value, sizeof value);
  return value;
}

std::uint64_t ByteReader::u64() {
  std::uint64_t value = 0;
  if (take(sizeof value)) std::memcpy(&value, in_.data() + at_ - sizeof value, sizeof value);
  return value;
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    if (shift == 63 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return failed_ ? 0 : value;
  }
  failed_ = true;
  return 0;
}

std::int64_t ByteReader::signed_varint() {
  const std::uint64_t value = varint();
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

std::string_view ByteReader::text() {
  return as_text(raw(varint()));
}

ByteView ByteReader::raw(std::size_t size) {
  return take(size) ? in_.subspan(at_ - size, size) : ByteView{};
}

}  // namespace holdfast
