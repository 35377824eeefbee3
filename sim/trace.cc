#include "trace.h"

#include <cstring>

#include <fmt/format.h>

namespace holdfast::sim {

void Trace::count(ByteView bytes) {
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), size);
    count(word);
    bytes = bytes.subspan(size);
  }
}

void Trace::print(std::string_view line) {
  const double seconds = std::chrono::duration<double>(schedule_.now()).count();
  const std::string text = fmt::format("{:12.6f} {}\n", seconds, line);
  std::fwrite(text.data(), 1, text.size(), out_);
}

}  // namespace holdfast::sim
