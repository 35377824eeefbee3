#include "keeper/sweeper.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/assert.h"

namespace holdfast::keeper {
namespace {

// A slice aims at half of the millisecond that it may take (protocol.md 31): records differ in size.
constexpr std::chrono::microseconds kSliceTarget{500};
constexpr std::size_t kFirstSlice = 64;
constexpr std::size_t kLargestSlice = 16'384;

}  // namespace

void Sweeper::begin(Taker& taker, std::size_t chunk_bytes) {
  HOLDFAST_ASSERT(!busy());
  taker_ = &taker;
  chunk_bytes_ = chunk_bytes;
  slice_records_ = kFirstSlice;
  sweep_.emplace(state_);
}

void Sweeper::go_on() {
  if (scheduled_ || !busy()) return;
  scheduled_ = true;
  boost::asio::post(io_, [weak = weak_from_this()] {
    const std::shared_ptr<Sweeper> self = weak.lock();
    if (!self) return;
    self->scheduled_ = false;
    self->sweep_slice();
  });
}

void Sweeper::end(const Taker& taker) {
  if (taker_ == &taker) let_go();
}

void Sweeper::sweep_slice() {
  if (!busy() || !taker_->has_room()) return;
  Taker& taker = *taker_;
  const Nanos before = clock_.now();
  const bool more = sweep_->next(slice_records_, gathered_);
  give(!more);
  adapt(clock_.now() - before);
  if (taker_ != &taker) return;
  if (more) return go_on();
  let_go();
  taker.swept();
}

void Sweeper::give(bool all) {
  Taker* const taker = taker_;
  std::size_t at = 0;
  while (gathered_.size() - at >= chunk_bytes_ || (all && at < gathered_.size())) {
    const ByteView chunk = ByteView(gathered_).subspan(at, std::min(chunk_bytes_, gathered_.size() - at));
    taker->take(chunk);
    if (taker_ != taker) return;
    at += chunk.size();
  }
  gathered_.erase(gathered_.begin(), gathered_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Sweeper::adapt(Nanos took) {
  if (took > kSliceTarget) {
    slice_records_ = std::max<std::size_t>(1, slice_records_ / 2);
  } else if (took < kSliceTarget / 2) {
    slice_records_ = std::min(kLargestSlice, slice_records_ * 2);
  }
}

void Sweeper::let_go() {
  taker_ = nullptr;
  sweep_.reset();
  gathered_ = {};
  if (waiting_) boost::asio::post(io_, std::exchange(waiting_, {}));
}

}  // namespace holdfast::keeper
