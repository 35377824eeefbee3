#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/bench/dialect.h"
#include "cli/bench/latency.h"

// What all clients of one run share. One thread.

namespace holdfast::cli::bench {

// What is measured by itself. `handover`: from sending a release to reading the grant of one that waited.
enum class Timed { acquire, renew, release, handover };
inline constexpr std::array<std::string_view, 4> kTimedNames{"acquire", "renew", "release", "handover"};

struct Settings {
  std::string address;
  std::string prefix;     // of every key
  unsigned clients = 64;  // connections
  unsigned pipeline = 1;  // closed loops on each connection
  double seconds = 5;     // of measuring
  std::uint64_t keys = 100'000;
  std::uint64_t locks = 1'000'000;  // of the workload that holds many
  unsigned leases = 16;             // of each client that renews
  unsigned watchers = 16;
  std::int64_t ttl_ms = 30'000;
  std::int64_t wait_ms = 60'000;  // of an acquire that waits
  std::int64_t retry_ms = 100;  // where nobody can wait in line: ask again after half to one and a half of it
};

struct Totals {
  std::uint64_t operations = 0;
  std::array<Latency, kTimedNames.size()> latencies;
  std::map<std::string, std::uint64_t, std::less<>> errors;
  std::uint64_t refused = 0;        // where a refusal is what the workload expects
  std::uint64_t broken_tokens = 0;  // fencing tokens of one key that did not grow
};

struct Run {
  Run(const Settings& chosen, Dialect& spoken) : settings(chosen), dialect(spoken) {}

  Latency& of(Timed timed) { return totals.latencies[static_cast<std::size_t>(timed)]; }
  void time(Timed timed, std::int64_t began_ns) {
    if (measuring) of(timed).add(now_ns - began_ns);
  }
  void count_operation() { totals.operations += measuring ? 1 : 0; }
  // Errors count whenever they happen: those of preparing and of clearing away are as real as others.
  void count_error(std::string_view word) {
    const auto found = totals.errors.find(word);
    ++(found != totals.errors.end() ? found : totals.errors.emplace(word, 0).first)->second;
  }

  const Settings settings;
  Dialect& dialect;
  Totals totals;
  std::array<std::uint64_t, kTimedNames.size()> done{};  // by verb, measured or not

  bool measuring = false;  // everybody is prepared and the time is not over
  bool stopping = false;   // what was begun is ended, nothing new begins
  std::int64_t now_ns = 0;

  std::uint64_t taken = 0;           // numbered keys given out, where clients share a numbering
  std::int64_t release_sent_ns = 0;  // of the key that all hand over
  std::uint64_t highest_token = 0;   // of that key
  std::vector<Hold> kept;            // holds for a later run to release
};

}  // namespace holdfast::cli::bench
