#pragma once

#include <chrono>
#include <functional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

// The keeper's one timer, behind an interface so that tests ring it by hand.

namespace holdfast::keeper {

class Alarm {
 public:
  virtual ~Alarm() = default;
  // Calls `ring` once after `delay`, from the loop, instead of what was set before.
  virtual void set(std::chrono::nanoseconds delay, std::function<void()> ring) = 0;
  virtual void cancel() = 0;
};

class SteadyAlarm final : public Alarm {
 public:
  explicit SteadyAlarm(boost::asio::io_context& io) : timer_(io) {}

  void set(std::chrono::nanoseconds delay, std::function<void()> ring) override;
  void cancel() override { timer_.cancel(); }

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace holdfast::keeper
