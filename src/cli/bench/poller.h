#pragma once

#include <cstdint>

#include "cli/bench/address.h"

namespace holdfast::cli::bench {

// Something with a socket that a Poller looks after.
class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual int fd() const = 0;
  // There is something to read, room to write again, or, with `ended`, no more to come after what is to be
  // read.
  virtual void ready(bool ended) = 0;
};

// epoll. Not Asio, because client and server share the machine's processors: what the client costs is missing
// in what is measured, and Asio tries each read once more than there is something to read.
class Poller {
 public:
  static Result<Poller> open();

  // Calls `pollable` when its socket becomes readable or writable again after it was not. It stays in place
  // until its socket is closed.
  Result<void> add(Pollable& pollable) const;
  // Waits for at most so long and calls who is ready.
  void wait(std::int64_t nanoseconds) const;

 private:
  explicit Poller(Descriptor descriptor) : epoll_(std::move(descriptor)) {}

  Descriptor epoll_;
};

}  // namespace holdfast::cli::bench
