#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/clock.h"
#include "history.h"
#include "latencies.h"

// What all clients of one run share. Everything happens on the thread that runs `io`.

namespace holdfast::load {

enum class OnLoss { retry, stop };

struct Settings {
  std::string workload = "pairs";
  std::string host = "127.0.0.1";
  std::uint16_t port = 7420;
  unsigned connections = 64;
  double seconds = 5;
  std::uint64_t count = 0;  // operations of the workload's kind in all; 0: no such limit
  unsigned keys = 1'000;    // of the key space (pairs: of each client)
  unsigned key_bytes = 32;
  std::string prefix = "load";
  std::int64_t ttl_ms = 30'000;
  std::int64_t wait_ms = -1;
  unsigned keys_per_call = 1;
  unsigned locks_per_lease = 0;  // 0: every acquire opens its own
  unsigned hold_us = 0;
  unsigned keep_percent = 0;
  unsigned shared_percent = 0;
  unsigned lose_percent = 0;
  unsigned cut_percent = 0;
  unsigned first_client = 0;    // the number of the first of them: processes that share keys share no numbers
  std::int64_t timeout_ms = 0;  // for a connection, and for an answer beyond what it waits for; 0: none
  std::uint64_t seed = 1;
  OnLoss on_loss = OnLoss::retry;
  double drain_seconds = 30;
  std::string history_file;

  // Ids cost the server a record each, so a plain measurement goes without.
  bool with_request_ids() const { return !history_file.empty() || lose_percent > 0 || cut_percent > 0; }
};

struct VerbTotals {
  std::uint64_t done = 0;
  std::uint64_t refused = 0;
  std::uint64_t unknown = 0;
  Latencies latency;  // of those that were done
};

struct Totals {
  std::array<VerbTotals, 5> verbs;
  Latencies handover;  // from sending a release to reading the grant of one that waited
  std::uint64_t lost_replies = 0;
  std::uint64_t broken_retries = 0;  // a retry was told something else than the reply that was lost
  std::uint64_t unavailable = 0;     // 503
  std::uint64_t timeouts = 0;
  std::uint64_t abandoned = 0;  // operations without an answer at the very end
};

struct Run {
  explicit Run(Settings chosen) : settings(std::move(chosen)) {}

  std::int64_t now_ns() const { return raw_clock().now().count(); }
  // One operation of the workload's kind is about to begin: false when there shall be no more.
  bool take_one() {
    if (stopping || (settings.count != 0 && started == settings.count)) return false;
    ++started;
    return true;
  }
  VerbTotals& of(Verb verb) { return totals.verbs.at(static_cast<std::size_t>(verb)); }

  const Settings settings;
  boost::asio::io_context io{1};
  boost::asio::ip::tcp::endpoint server;
  std::optional<History> history;
  Totals totals;
  bool stopping = false;
  std::uint64_t started = 0;
  unsigned living = 0;  // clients that did not finish
  std::int64_t release_sent_ns = 0;
};

}  // namespace holdfast::load
