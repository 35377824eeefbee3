#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "base/error.h"
#include "operation.h"

namespace holdfast::load {

// The record of what was asked and what was said, for check_history.py: a line of tab-separated columns for
// each attempt (for each key of one with several that was granted; token 0: without it), under one line that
// names the columns. Times are nanoseconds of CLOCK_MONOTONIC_RAW. Status 0 is an unknown outcome: no reply
// came.
//
// A look at a queue gives one line for each waiter in it: verb `queue`, the waiter's owner as request_id, its
// waiter number (the revision at which it began to wait) as token. A look at the holders is one line: verb
// `get`, their leases, separated by commas, as lease.
class History {
 public:
  struct Times {
    std::int64_t call_ns = 0;
    std::int64_t return_ns = 0;
  };

  static Result<History> create(const std::string& path);

  void attempt(unsigned client, const Operation& operation, Times times, const Answer& answer);
  void waiter(unsigned client, std::string_view key, Times times, std::int64_t revision,
              std::string_view owner, std::int64_t waiter);
  void look(unsigned client, const Operation& operation, Times times, const Answer& answer);
  // What was recorded is in the file's hands, also when this process dies right after it.
  void flush() { out_.flush(); }

 private:
  explicit History(std::ofstream out) : out_(std::move(out)) {}

  std::ofstream out_;
};

}  // namespace holdfast::load
