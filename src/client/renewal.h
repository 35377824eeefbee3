#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/alarm.h"
#include "client/connection.h"
#include "client/deadline.h"
#include "client/lease_watch.h"

namespace holdfast::client {

enum class Standing {
  held,     // certain
  at_risk,  // still certain, but a renewal is overdue by a third of the ttl
  lost,     // ended, or nobody can be sure any more: another may be granted. Final
};

struct RenewalState {
  Standing standing = Standing::held;
  Deadline deadline;                           // until when it is certain, as far as is known now
  std::string trouble;                         // why the last attempt failed, or why it is lost
  std::vector<ReleaseWish> release_requested;  // by others, as of the last renewal
};

// Keeps one lease alive on a thread of its own, at a third of its ttl (without expiry: every 10 s, to learn
// of a break) and when the server tells an event of it, and knows when it can no longer be relied upon. Every
// attempt has a time limit and the next one uses a new connection, so a server that accepts and never answers
// delays neither the attempts nor the verdict: the local deadline alone decides, read from CLOCK_BOOTTIME.
class Renewal {
 public:
  struct Options {
    std::string lease;                // handle
    std::string lease_id;             // to watch its events; empty: the renewals alone tell
    std::optional<Milliseconds> ttl;  // none: no expiry
    Deadline deadline;                // of the grant
    // Called on the renewal's thread after each change of state(); must not block nor destroy the Renewal.
    std::function<void()> changed;
  };

  Renewal(const Settings& settings, Options options);
  // Stops the thread, which takes milliseconds, whatever the server does. The lease is not released.
  ~Renewal();
  Renewal(const Renewal&) = delete;
  Renewal& operator=(const Renewal&) = delete;

  // From any thread. The standing is that of this moment: the clock is read, not a flag.
  RenewalState state() const;

 private:
  void work(std::stop_token stop);
  bool renew_once(std::stop_token stop);
  void note_failure(const std::string& why);
  void note_loss(std::string why);
  BootTime next_event(BootTime next_attempt) const;
  Milliseconds attempt_limit(BootTime now) const;

  Connection connection_;
  const Options options_;
  const std::chrono::nanoseconds interval_;
  mutable std::mutex mutex_;
  RenewalState state_;     // guarded by mutex_; standing is `lost` or `held`, risk is computed
  BootTime last_success_;  // guarded by mutex_
  Alarm alarm_;
  std::atomic<bool> event_came_ = false;
  std::jthread thread_;  // starts when everything before it exists
  std::optional<LeaseWatch> watch_;
};

}  // namespace holdfast::client
