#pragma once

#include <functional>
#include <holdfast/options.h>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "client/deadline.h"
#include "client/messages.h"

namespace holdfast::detail {

using client::BootTime;
using client::Deadline;
using client::Milliseconds;

// What is known of one lease, shared by its hold and by the thread that renews it. From any thread.
class RenewedLease {
 public:
  struct Origin {
    std::string handle;
    std::vector<std::string> keys;
    std::optional<Milliseconds> ttl;  // none: no expiry
    Deadline deadline;                // of the grant
    bool renews = true;
    std::function<void(const release_request&)> on_release_requested;
  };
  explicit RenewedLease(Origin origin);

  const std::string& handle() const { return origin_.handle; }

  // By the clock, not by a flag.
  bool certain() const;
  Deadline deadline() const;
  std::stop_token lost() const { return lost_.get_token(); }
  std::stop_token at_risk() const;
  std::string trouble() const;

  // A renewal sent at `sent` was answered. The wishes that are new are told by the caller.
  std::vector<release_request> renewed(BootTime sent, const client::RenewReply& reply);
  void failed(std::string why);
  void lose(std::string why);
  void tell(const release_request& wish) const;

  // When to try next; none: it is not renewed, or is over.
  std::optional<BootTime> next_attempt() const;
  // How long the next try may take.
  Milliseconds attempt_limit(BootTime now) const;
  // When its standing changes by itself, if nothing comes between; none: never.
  std::optional<BootTime> next_verdict() const;
  // Draws what follows from the time: at risk, or lost.
  void judge(BootTime now);

 private:
  bool over() const { return lost_.stop_requested(); }
  release_request told(const client::ReleaseWish& wish) const;
  BootTime risk_at() const { return last_success_ + 2 * interval_; }

  const Origin origin_;
  std::stop_source lost_;
  mutable std::mutex mutex_;  // guards what follows
  std::chrono::nanoseconds interval_;
  Deadline deadline_;
  BootTime last_success_;
  BootTime next_attempt_;
  int failures_ = 0;
  std::string trouble_;
  std::stop_source risk_;
  std::vector<client::ReleaseWish> wishes_;
};

}  // namespace holdfast::detail
