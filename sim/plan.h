#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "schedule.h"

namespace holdfast::sim {

// What may go wrong. Each kind comes at its own pace, and not at all in many runs.
enum class Fault : std::uint8_t {
  crash,         // of a server; it is started again
  pause,         // of a server, up to longer than most leases live
  client_pause,  // likewise
  client_death,  // another process begins in its place, which knows nothing of it
  cut,           // between a client and a server, one way or both
  loss,          // of messages, for a while
  slow_network,  // for a while
  wall_jump,     // of a machine's date, by years
  slow_journal,  // for a while
  unknown,       // appends whose outcome nobody is told, for a while
  full_journal,  // no room, for a while
};
inline constexpr std::size_t kFaults = 11;
std::string_view name_of(Fault fault);

// What clients do.
enum class Verb : std::uint8_t {
  lock,          // one key
  lock_several,  // several at once
  open_session,  // a lease to share
  lock_in_session,
  convert,  // a hold to another mode, group or number of permits
  release_part,
  renew,  // out of turn, also with another ttl
  lock_by_alias,
  extend_by_alias,
  lock_each,
  poll,
  cancel,
  hang_up,
  register_key,
  unregister_key,
  break_hold,
  break_wait,
  request_release,
  read,
  reuse_id,  // for another request
  repeat,    // of a request long answered
};
inline constexpr std::size_t kVerbs = 21;
std::string_view name_of(Verb verb);

// Everything about a run that is drawn before it begins. A failing run is made smaller by making this
// smaller.
struct Plan {
  std::uint64_t seed = 0;
  std::uint32_t servers = 1;
  std::chrono::milliseconds takeover_after{0};  // zero for a server alone, which leads as soon as it runs
  std::uint32_t clients = 3;
  std::uint32_t keys = 3;
  Nanos duration{};           // of the part with faults
  Nanos think{};              // of a client between two things it does, on average
  std::int64_t rate_ppm = 0;  // by which clocks run wrong, at most
  bool exact_clocks = true;   // no clock is wrong by more than r
  Nanos longest_hold{};       // that a client wishes
  Nanos longest_ttl{};        // but for leases without expiry
  Nanos network{};            // slowest message
  Nanos journal{};            // slowest request or answer of the engine
  std::uint64_t snapshot_every_entries = 100;
  std::array<Nanos, kFaults> every{};          // mean time between two faults of a kind; 0: none
  std::array<std::uint32_t, kVerbs> weight{};  // how often each verb; 0: never

  Nanos pace(Fault fault) const { return every[static_cast<std::size_t>(fault)]; }
};

Plan draw_plan(std::uint64_t seed);
// In a line.
std::string describe(const Plan& plan);

}  // namespace holdfast::sim
