#pragma once

#include <chrono>
#include <cstdint>
#include <holdfast/connection.h>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

// Locks as the standard library has them: Lockable and TimedLockable, for std::unique_lock, std::scoped_lock,
// std::shared_lock and std::lock. They throw holdfast::error where there is no other way to say that no
// server could be reached, or that waiting would be a deadlock.
//
// As with std::mutex, each lock() has its own hold, so two threads of one object exclude each other as two
// processes do. Unlike there, whoever has the object may unlock it.

namespace holdfast {

namespace detail {

// The next time-out of a timed call, in whole milliseconds, rounded up.
template <class Rep, class Period>
milliseconds wait_of(std::chrono::duration<Rep, Period> timeout) {
  const auto wait = std::chrono::ceil<milliseconds>(timeout);
  return wait > milliseconds(0) ? wait : milliseconds(0);
}

// The holds of one lockable, of one mode. Threads may share it.
class HOLDFAST_API lockable {
 public:
  lockable(connection from, std::string key, lock_options options);

  void lock(mode as);
  bool try_lock(mode as, milliseconds wait);
  void unlock();

  std::uint64_t fencing_token() const;
  std::stop_token lost() const;
  bool is_held() const;
  const std::string& key() const { return key_; }

 private:
  result<hold> get(mode as, milliseconds wait);

  connection from_;
  std::string key_;
  lock_options options_;
  mutable std::mutex mutex_;
  std::vector<hold> holds_;  // more than one only where they are shared
};

}  // namespace detail

class mutex {
 public:
  mutex(connection from, std::string key, lock_options options = {})
      : state_(std::move(from), std::move(key), std::move(options)) {}
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  void lock() { state_.lock(mode::exclusive); }
  bool try_lock() { return state_.try_lock(mode::exclusive, milliseconds(0)); }
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> timeout) {
    return state_.try_lock(mode::exclusive, detail::wait_of(timeout));
  }
  template <class Clock, class Duration>
  bool try_lock_until(std::chrono::time_point<Clock, Duration> end) {
    return try_lock_for(end - Clock::now());
  }
  void unlock() { state_.unlock(); }

  // Of the present hold; 0, and a token that never stops, while there is none.
  std::uint64_t fencing_token() const { return state_.fencing_token(); }
  std::stop_token lost() const { return state_.lost(); }
  bool is_held() const { return state_.is_held(); }
  const std::string& key() const { return state_.key(); }

 private:
  detail::lockable state_;
};

// Readers together, or one writer.
class shared_mutex {
 public:
  shared_mutex(connection from, std::string key, lock_options options = {})
      : state_(std::move(from), std::move(key), std::move(options)) {}
  shared_mutex(const shared_mutex&) = delete;
  shared_mutex& operator=(const shared_mutex&) = delete;

  void lock() { state_.lock(mode::exclusive); }
  bool try_lock() { return state_.try_lock(mode::exclusive, milliseconds(0)); }
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> timeout) {
    return state_.try_lock(mode::exclusive, detail::wait_of(timeout));
  }
  template <class Clock, class Duration>
  bool try_lock_until(std::chrono::time_point<Clock, Duration> end) {
    return try_lock_for(end - Clock::now());
  }
  void unlock() { state_.unlock(); }

  void lock_shared() { state_.lock(mode::shared); }
  bool try_lock_shared() { return state_.try_lock(mode::shared, milliseconds(0)); }
  template <class Rep, class Period>
  bool try_lock_shared_for(std::chrono::duration<Rep, Period> timeout) {
    return state_.try_lock(mode::shared, detail::wait_of(timeout));
  }
  template <class Clock, class Duration>
  bool try_lock_shared_until(std::chrono::time_point<Clock, Duration> end) {
    return try_lock_shared_for(end - Clock::now());
  }
  void unlock_shared() { state_.unlock(); }

  // Of the newest of the present holds.
  std::uint64_t fencing_token() const { return state_.fencing_token(); }
  std::stop_token lost() const { return state_.lost(); }
  bool is_held() const { return state_.is_held(); }
  const std::string& key() const { return state_.key(); }

 private:
  detail::lockable state_;
};

// Counts in the handle: whoever has the object and locks it again holds it until it is unlocked as often.
class recursive_mutex {
 public:
  recursive_mutex(connection from, std::string key, lock_options options = {})
      : state_(std::move(from), std::move(key), std::move(options)) {}
  recursive_mutex(const recursive_mutex&) = delete;
  recursive_mutex& operator=(const recursive_mutex&) = delete;

  void lock() {
    const std::lock_guard guard(counting_);
    if (count_ == 0) state_.lock(mode::exclusive);
    ++count_;
  }
  bool try_lock() {
    const std::unique_lock guard(counting_, std::try_to_lock);
    if (!guard || (count_ == 0 && !state_.try_lock(mode::exclusive, milliseconds(0)))) return false;
    ++count_;
    return true;
  }
  void unlock() {
    const std::lock_guard guard(counting_);
    if (--count_ == 0) state_.unlock();
  }

  std::uint64_t fencing_token() const { return state_.fencing_token(); }
  std::stop_token lost() const { return state_.lost(); }
  bool is_held() const { return state_.is_held(); }
  const std::string& key() const { return state_.key(); }

 private:
  std::mutex counting_;
  int count_ = 0;
  detail::lockable state_;
};

}  // namespace holdfast
