#pragma once

#include <string_view>

#include "base/error.h"

namespace holdfast::cli::bench {

// A file descriptor with one owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_; }

 private:
  int fd_;
};

// Connects to `host:port`, `[address]:port` or `unix:path`, waiting for it. The socket does not block any
// more when it is returned, and sends without delay. Fails with std::errc::invalid_argument for a text that
// is none of these, else with the system's reason.
Result<Descriptor> connect_to(std::string_view address);

}  // namespace holdfast::cli::bench
