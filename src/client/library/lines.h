#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "client/connection.h"
#include "client/deadline.h"

namespace holdfast::detail {

// The lines to the server on which callers wait for locks: at most so many, made when they are needed. From
// any thread.
class Lines {
 public:
  static constexpr std::size_t kMost = 8;

  explicit Lines(const client::Settings& settings) : settings_(settings) {}

  // A line of one's own, given back when it is destroyed.
  class Line {
   public:
    Line(Lines& lines, std::unique_ptr<client::Connection> connection)
        : lines_(&lines), connection_(std::move(connection)) {}
    Line(Line&&) = default;
    ~Line() {
      if (connection_) lines_->give_back(std::move(connection_));
    }
    client::Connection& operator*() { return *connection_; }

   private:
    Lines* lines_;
    std::unique_ptr<client::Connection> connection_;
  };

  // Waits for a line until `end`, or without limit; none when there was none in time, or a stop was asked
  // for.
  std::optional<Line> take(std::optional<client::BootTime> end, std::stop_token stop);

 private:
  void give_back(std::unique_ptr<client::Connection> connection);

  const client::Settings& settings_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  std::vector<std::unique_ptr<client::Connection>> free_;
  std::size_t made_ = 0;
};

}  // namespace holdfast::detail
