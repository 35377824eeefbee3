#pragma once

#include <chrono>
#include <optional>

namespace holdfast::client {

// A reading of base/clock.h boot_clock().
using BootTime = std::chrono::nanoseconds;
using Milliseconds = std::chrono::milliseconds;

// Until when a client may believe that it holds: a time that passes before the server can end the lease.
//
// The server counts a lease from a moment after the request was sent, and lets it live ttl·(1+r) on its own
// clock. The client counts from the moment before it sent, and shortens by r, so that two clocks whose rates
// differ by less than r keep the order: the client stops first (protocol.md 12 and 15). How long the reply
// took does not matter. A lease without expiry has no deadline.
class Deadline {
 public:
  // Never passes.
  Deadline() = default;
  explicit Deadline(BootTime at) : at_(at) {}

  // Of a grant: `sent` is when *this attempt* was sent, `waited` how long the server says this attempt waited
  // in the queue, `expires_in` what it says the lease then had left.
  static Deadline of_grant(BootTime sent, Milliseconds waited, std::optional<Milliseconds> expires_in);

  // Of a renewal sent at `sent` whose reply says `expires_in`.
  static Deadline of_renewal(BootTime sent, std::optional<Milliseconds> expires_in);

  std::optional<BootTime> at() const { return at_; }
  bool passed(BootTime now) const { return at_ && now >= *at_; }

  // What is left, at least zero; nothing if it never passes.
  std::optional<std::chrono::nanoseconds> left(BootTime now) const;

  friend bool operator==(const Deadline&, const Deadline&) = default;

 private:
  std::optional<BootTime> at_;
};

}  // namespace holdfast::client
