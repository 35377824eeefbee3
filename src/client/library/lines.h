#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "client/deadline.h"
#include "client/line.h"

namespace holdfast::detail {

// Makes a line to the server, of whatever protocol. From any thread.
using MakeLine = std::function<std::unique_ptr<client::Line>()>;

// The lines to the server on which callers wait for locks: at most so many, made when they are needed. From
// any thread.
class Lines {
 public:
  static constexpr std::size_t kMost = 8;

  explicit Lines(MakeLine make) : make_(std::move(make)) {}

  // A line of one's own, given back when it is destroyed.
  class Line {
   public:
    Line(Lines& lines, std::unique_ptr<client::Line> line) : lines_(&lines), line_(std::move(line)) {}
    Line(Line&&) = default;
    ~Line() {
      if (line_) lines_->give_back(std::move(line_));
    }
    client::Line& operator*() { return *line_; }

   private:
    Lines* lines_;
    std::unique_ptr<client::Line> line_;
  };

  // Waits for a line until `end`, or without limit; none when there was none in time, or a stop was asked
  // for.
  std::optional<Line> take(std::optional<client::BootTime> end, std::stop_token stop);

 private:
  void give_back(std::unique_ptr<client::Line> line);

  const MakeLine make_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  std::vector<std::unique_ptr<client::Line>> free_;
  std::size_t made_ = 0;
};

}  // namespace holdfast::detail
