#include "schedule.h"

#include <algorithm>
#include <utility>

namespace holdfast::sim {

void Schedule::at(Nanos when, Action what) {
  heap_.push_back({std::max(when, now_), ++numbered_, std::move(what)});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

bool Schedule::step(Nanos end) {
  if (heap_.empty() || heap_.front().when > end) {
    now_ = std::max(now_, end);
    return false;
  }
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const Event event = std::move(heap_.back());
  heap_.pop_back();
  now_ = event.when;
  ++steps_;
  event.what();
  return true;
}

}  // namespace holdfast::sim
