#include "client/library/lines.h"

#include "base/clock.h"

namespace holdfast::detail {

std::optional<Lines::Line> Lines::take(std::optional<client::BootTime> end, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto there_is_one = [this] { return !free_.empty() || made_ < kMost; };
  if (end) {
    freed_.wait_for(lock, stop, *end - boot_clock().now(), there_is_one);
  } else {
    freed_.wait(lock, stop, there_is_one);
  }
  if (!there_is_one()) return std::nullopt;
  if (free_.empty()) {
    ++made_;
    return Line(*this, make_());
  }
  Line line(*this, std::move(free_.back()));
  free_.pop_back();
  return line;
}

void Lines::give_back(std::unique_ptr<client::Line> line) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(line));
  }
  freed_.notify_one();
}

}  // namespace holdfast::detail
