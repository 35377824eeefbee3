#pragma once

#include <algorithm>
#include <chrono>

namespace holdfast::api {

// Whether what is read now may have lain unread for so long that its client has given up: when nothing was
// read for a while, the process may have been stopped, and then it works off what has gathered. Asking each
// socket costs a system call for each command.
class ReadLag {
 public:
  using Nanos = std::chrono::nanoseconds;

  // Of what is read at `now`. To be called at every input.
  bool may_be_late(Nanos now) {
    const Nanos gap = now - last_;
    last_ = now;
    if (gap > kGap) late_until_ = now + std::min<Nanos>(gap, kLongest);
    return now < late_until_;
  }

 private:
  static constexpr std::chrono::milliseconds kGap{50};
  static constexpr std::chrono::seconds kLongest{5};

  Nanos last_{};
  Nanos late_until_{};
};

}  // namespace holdfast::api
