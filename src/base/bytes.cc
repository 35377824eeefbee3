#include "base/bytes.h"

#include <bit>
#include <cstring>

namespace holdfast {

static_assert(std::endian::native == std::endian::little,
              "the formats are little-endian and written as they are");

ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void ByteWriter::u8(std::uint8_t value) {
  out_.push_back(std::byte{value});
}

void ByteWriter::u32(std::uint32_t value) {
  raw(std::as_bytes(std::span(&value, 1)));
}

void ByteWriter::u64(std::uint64_t value) {
  raw(std::as_bytes(std::span(&value, 1)));
}

void ByteWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) u8(static_cast<std::uint8_t>(value | 0x80));
  u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::signed_varint(std::int64_t value) {
  varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void ByteWriter::text(std::string_view value) {
  varint(value.size());
  raw(as_bytes(value));
}

void ByteWriter::raw(ByteView value) {
  out_.insert(out_.end(), value.begin(), value.end());
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
