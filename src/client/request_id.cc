#include "client/request_id.h"

#include <array>
#include <sys/random.h>

#include <fmt/format.h>

#include "base/assert.h"

namespace holdfast::client {

std::string new_request_id() {
  std::array<unsigned char, 16> b{};
  HOLDFAST_ASSERT(getrandom(b.data(), b.size(), 0) == static_cast<ssize_t>(b.size()));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  std::string text;
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    fmt::format_to(std::back_inserter(text), "{:02x}", b[i]);
  }
  return text;
}

}  // namespace holdfast::client
