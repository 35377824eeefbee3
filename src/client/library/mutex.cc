#include <algorithm>
#include <holdfast/mutex.h>
#include <utility>

namespace holdfast::detail {

lockable::lockable(connection from, std::string key, lock_options options)
    : from_(std::move(from)), key_(std::move(key)), options_(std::move(options)) {}

result<hold> lockable::get(mode as, milliseconds wait) {
  lock_options options = options_;
  options.mode = as;
  options.wait = wait;
  return from_.try_acquire(key_, std::move(options));
}

void lockable::lock(mode as) {
  hold got = get(as, forever).value();
  const std::lock_guard guard(mutex_);
  holds_.push_back(std::move(got));
}

bool lockable::try_lock(mode as, milliseconds wait) {
  auto got = get(as, wait);
  if (!got) {
    if (got.error() == errc::held) return false;
    throw error(got.error());
  }
  const std::lock_guard guard(mutex_);
  holds_.push_back(std::move(*got));
  return true;
}

// Not under the mutex: the server is asked, and the next of this object may be granted before it has
// answered.
void lockable::unlock() {
  hold last;
  const std::lock_guard guard(mutex_);
  if (holds_.empty()) return;
  last = std::move(holds_.front());
  holds_.erase(holds_.begin());
}

std::uint64_t lockable::fencing_token() const {
  const std::lock_guard guard(mutex_);
  return holds_.empty() ? 0 : holds_.back().fencing_token();
}

std::stop_token lockable::lost() const {
  const std::lock_guard guard(mutex_);
  return holds_.empty() ? std::stop_token() : holds_.back().lost();
}

bool lockable::is_held() const {
  const std::lock_guard guard(mutex_);
  return !holds_.empty() && holds_.back().is_held();
}

}  // namespace holdfast::detail
