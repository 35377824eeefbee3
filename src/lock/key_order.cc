#include "lock/key_order.h"

namespace holdfast::lock {

void KeyOrder::add(Ref<Lock> lock) {
  if (lock.number >= is_waiting_.size()) is_waiting_.resize(locks_.slots() + 1);
  is_waiting_[lock.number] = true;
  ++waiting_count_;
  waiting_.push_back(lock);
  if (waiting_.size() > kMaxWaiting) order_oldest();
}

void KeyOrder::remove(Ref<Lock> lock) {
  if (!is_waiting_[lock.number]) {
    ordered_.erase(lock.number);
    return;
  }
  is_waiting_[lock.number] = false;
  --waiting_count_;
}

Ref<Lock> KeyOrder::next(std::string_view key, bool including) {
  while (!waiting_.empty()) order_oldest();
  const auto found = including ? ordered_.lower_bound(key) : ordered_.upper_bound(key);
  return found == ordered_.end() ? Ref<Lock>{} : Ref<Lock>{*found};
}

void KeyOrder::order_oldest() {
  const Ref<Lock> lock = waiting_.front();
  waiting_.pop_front();
  if (!is_waiting_[lock.number]) return;
  is_waiting_[lock.number] = false;
  --waiting_count_;
  ordered_.insert(lock.number);
}

}  // namespace holdfast::lock
