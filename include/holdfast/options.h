#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace holdfast {

using std::chrono::milliseconds;

// A ttl or a wait that never ends.
inline constexpr milliseconds forever{-1};

enum class mode {
  exclusive,
  shared,  // together with others of the same group
};

// Somebody asks that a lock be let go. Over holdfast:// nobody says who, and of several keys which.
struct release_request {
  std::string key;
  std::string by;
  std::string reason;
};

// How a lock is asked for, and kept.
struct lock_options {
  holdfast::mode mode = holdfast::mode::exclusive;
  std::string group = {};                     // of a shared lock; empty: `read`
  std::optional<std::uint32_t> permits = {};  // that a shared lock takes of the key's limit; 1
  std::optional<std::uint32_t> limit = {};    // of permits of the key; none: whatever it has

  milliseconds ttl = std::chrono::seconds(30);  // 100 ms to 24 h, or forever. How long it outlives its holder
  milliseconds wait = milliseconds(0);          // for each attempt, in the queue; or forever
  int attempts = 1;                             // that acquire() makes while others hold it
  milliseconds interval = std::chrono::seconds(1);  // between two attempts

  std::string reason = {};    // shown to whoever finds it held
  bool auto_renew = true;     // in the background, at a third of the ttl
  std::stop_token stop = {};  // ends waiting, with errc::cancelled

  // On the connection's thread, which must not be kept long, nor may the hold be destroyed from within.
  std::function<void(const release_request&)> on_release_requested = {};
};

struct connect_options {
  std::string api_key = {};
  std::string ca = {};     // PEM file; empty: the system's
  std::string cert = {};   // PEM file of a client certificate
  std::string key = {};    // PEM file
  std::string owner = {};  // the name shown to others; empty: host:pid
  // What goes wrong in the background, a line each. From several threads.
  std::function<void(std::string_view)> log = {};
};

}  // namespace holdfast
