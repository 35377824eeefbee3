#pragma once

#include <cstdint>
#include <holdfast/clock.h>
#include <holdfast/export.h>
#include <holdfast/options.h>
#include <holdfast/result.h>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

namespace detail {
class held_lease;
}

// A lock that was got: one key or several, under one lease. It belongs to this object, never to a thread;
// several threads may ask it at once, but only one may move, release or destroy it.
//
// No lock service can stop a holder that was paused. So ask is_held() before what must not be done twice,
// which reads the clock and no flag, or give fencing_token() to a resource that compares tokens.
class HOLDFAST_API hold {
 public:
  hold() noexcept;  // holds nothing
  hold(hold&&) noexcept;
  hold& operator=(hold&&) noexcept;
  // Releases. Waits at most two seconds for the server; a release that does not reach it leaves the lease to
  // end by itself.
  ~hold();

  // Whether it is certain, at this moment, that nobody else can have it.
  bool is_held() const noexcept;
  explicit operator bool() const noexcept { return is_held(); }

  // Until when that is certain, as things stand; nothing: for ever. Passed where nothing is held.
  std::optional<local_clock::time_point> valid_until() const noexcept;

  // Larger than that of every earlier holder, anywhere. Of the first key, or of this one. 0 while it is not
  // held.
  std::uint64_t fencing_token() const noexcept;
  std::uint64_t fencing_token(std::string_view key) const noexcept;

  const std::vector<std::string>& keys() const noexcept;
  // The public id of the lease, as others see it.
  const std::string& lease() const noexcept;

  // Stopped before anybody else can have it, if that comes to pass: the lease could not be renewed in time,
  // or was ended by others. Not by release().
  std::stop_token lost() const noexcept;
  // Stopped when a renewal is overdue by a third of the ttl. After the next renewal that succeeds there is a
  // new one.
  std::stop_token at_risk() const;
  // Why it was lost, or is at risk; empty otherwise.
  std::string trouble() const;

  // At once, on this thread; with another ttl from now on. errc::lost: it is over.
  result<void> renew(std::optional<milliseconds> ttl = {});

  // Lets go. It holds nothing afterwards, whatever this says: with errc::unavailable or outcome_unknown the
  // lease ends by itself within its ttl; errc::lost says that it had ended before.
  result<void> release();

 private:
  friend class connection;
  explicit hold(std::unique_ptr<detail::held_lease> lease) noexcept;

  std::unique_ptr<detail::held_lease> lease_;
};

}  // namespace holdfast
