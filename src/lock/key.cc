#include "lock/key.h"

#include <cstdint>

#include "lock/limits.h"

namespace holdfast::lock {
namespace {

// The code point that starts at `text[at]`, with `at` moved past it; -1 when it is malformed.
std::int32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(at);
  if (lead < 0x80) return ++at, lead;
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - at <= static_cast<std::size_t>(more)) return -1;
  std::int32_t point = lead & (0x3f >> more);
  for (int i = 1; i <= more; ++i) {
    const std::uint8_t next = byte(at + i);
    if ((next & 0xc0) != 0x80) return -1;
    point = point << 6 | (next & 0x3f);
  }
  constexpr std::int32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (point < kSmallest[more] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return -1;
  at += more + 1;
  return point;
}

bool is_control(std::int32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

// ASCII without control characters, as most keys are: valid without a closer look.
bool is_plain(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= c >= 0x20 && c < 0x7f;
  return plain;
}

std::optional<std::string> segment_fault(std::string_view key) {
  for (std::size_t begin = 0; begin <= key.size();) {
    const std::size_t end = std::min(key.find('/', begin), key.size());
    const std::string_view segment = key.substr(begin, end - begin);
    if (segment.empty()) return "has an empty segment: it starts or ends with '/' or has '//'";
    if (segment == "." || segment == "..") return "has the segment '" + std::string(segment) + "'";
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> key_fault(std::string_view key) {
  if (key.empty()) return "is empty";
  if (key.size() > kMaxKeyBytes) return "is longer than 512 bytes";
  for (std::size_t at = is_plain(key) ? key.size() : 0; at < key.size();) {
    const std::int32_t point = next_code_point(key, at);
    if (point < 0) return "is not valid UTF-8";
    if (is_control(point)) return "has a control character";
  }
  return segment_fault(key);
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = is_plain(text) ? text.size() : 0; at < text.size();) {
    if (next_code_point(text, at) < 0) return false;
  }
  return true;
}

}  // namespace holdfast::lock
