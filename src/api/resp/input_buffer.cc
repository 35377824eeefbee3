#include "api/resp/input_buffer.h"

#include <algorithm>

namespace holdfast::api::resp {
namespace {

// Ten thousand idle connections have the small one each; none that is idle has more than the large one.
constexpr std::size_t kSmall = 4 << 10;
constexpr std::size_t kLarge = 16 << 10;

}  // namespace

std::span<char> InputBuffer::space() {
  std::copy(memory_.begin() + static_cast<std::ptrdiff_t>(begin_),
            memory_.begin() + static_cast<std::ptrdiff_t>(end_), memory_.begin());
  end_ -= begin_;
  begin_ = 0;
  const std::size_t usual = was_filled_ ? kLarge : kSmall;
  if (end_ == 0 && memory_.size() != usual) {
    memory_ = {};
    memory_.resize(usual);
  } else if (memory_.size() - end_ < kSmall / 2) {
    memory_.resize(std::max(kLarge, 2 * memory_.size()));
  }
  return std::span(memory_).subspan(end_);
}

void InputBuffer::add(std::size_t size) {
  end_ += size;
  was_filled_ = end_ == memory_.size() || size > kSmall;
}

void InputBuffer::drop(std::size_t size) {
  begin_ += size;
}

}  // namespace holdfast::api::resp
