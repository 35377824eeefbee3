#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lock/event.h"
#include "lock/state.h"

// An event as it is told to watchers and kept as history: with what the event itself leaves out because the
// state has it (whose lease, which keys), so that a reader needs no state.

namespace holdfast::lock {

// What is told, and under which name. The names are part of the wire contract: they are never renamed.
// Renewals, and clients that come back to a wait or leave it for a while, are not told: they would be most of
// all events, and nobody's hold begins or ends with them. Neither is the lease that an acquire opens: its
// grant, the next event, says all of it.
enum class EventKind : std::uint8_t {
  cell_created,
  took_over,
  lease_opened,  // to be shared by many acquires
  granted,       // `keys`, to `lease`
  released,      // `keys` by their owner; how a hold ended is the kind, also in the four below
  expired,       // not renewed in time
  undelivered,   // granted while nobody was there to be told
  broken,        // `by` somebody, with a `reason`
  max_hold,      // the lock's cap on a hold
  wait_began,    // for `keys`, as `waiter`; without tokens
  wait_ended,    // without a grant; `outcome` says why
  key_opened,    // that was kept closed
  registered,    // a key got settings, or new ones
  unregistered,
  release_requested,  // of whoever holds the key
  refused,            // an acquire of a key that records refusals; `outcome` is the code
  restored,           // from a backup or another journal
  reopened,           // the time after a restore in which nothing was granted is over
  sealed,             // this journal: another one goes on
  level_raised,       // the feature level of what is written
};
inline constexpr std::size_t kEventKindCount = static_cast<std::size_t>(EventKind::level_raised) + 1;

// "granted"
std::string_view name_of(EventKind kind);
std::optional<EventKind> event_kind_of(std::string_view name);

// "timed_out"
std::string_view name_of(WaitEnd how);
// "deadlock"
std::string_view name_of(Refusal why);

// What is told of one key of an event.
template <class Text>
struct BasicEventKey {
  Text key;
  Mode mode = Mode::exclusive;
  Text group;  // as shown: "read" for the default one; empty when exclusive
  std::uint32_t permits = 1;
  FencingToken token;  // none where nobody holds
  friend bool operator==(const BasicEventKey&, const BasicEventKey&) = default;
};

template <class Text>
struct BasicEventView {
  Revision revision;
  WallTime at;
  EventKind kind = EventKind::granted;
  std::vector<BasicEventKey<Text>> keys;  // in the order of the event; empty where it is about none
  LeaseId lease;
  WaiterId waiter;
  Text owner;      // of the lease, the waiter, or the refused
  Text principal;  // of the same
  Text reason;     // that the event itself was given: of the acquire, the break, the request
  Text by;         // who did it, where it was not the owner
  Text outcome;
  bool lease_ended = false;  // of the kinds that end holds: the lease went with them
  std::optional<Millis> ttl;
  std::uint64_t number = 0;  // took_over: epoch; restored: incarnation; level_raised: level
  friend bool operator==(const BasicEventView&, const BasicEventView&) = default;
};

using EventKey = BasicEventKey<std::string>;
using EventView = BasicEventView<std::string>;
// The same without texts of its own: they are those of the state and the event that it was made of.
using EventViewRef = BasicEventView<std::string_view>;

// Makes the view of an event in `told`, which may have been used before. `before` is the state just before
// the event, which will be of `revision` and carried by an entry of that wall time. False for an event that
// is not told.
bool make_view(const State& before, const Event& event, Revision revision, WallTime at, EventViewRef& told);

}  // namespace holdfast::lock
