#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <type_traits>

// One state of the whole system: the journal, the network before it, the keepers and the clients of one lock.
// Everything is bytes, so that a state is hashed and compared as such.

namespace holdfast::model {

inline constexpr int kMaxKeepers = 3;
inline constexpr int kClients = 2;
inline constexpr int kMaxPosition = 7;
inline constexpr int kMaxAppends = 4;
inline constexpr int kMaxMoves = 2;
inline constexpr std::uint8_t kNobody = 0xff;

enum class Kind : std::uint8_t { none, takeover, beat, grant, release };

// Stands for the 128 random bits: no two entries of a keeper have the same tenure and position.
struct AppendId {
  std::uint8_t keeper = 0;
  std::uint8_t tenure = 0;  // the how manyth time the keeper leads; 0: no id
  std::uint8_t position = 0;

  auto operator<=>(const AppendId&) const = default;
};

struct Entry {
  AppendId id;
  Kind kind = Kind::none;
  std::uint8_t client = 0;  // of grant and release

  auto operator<=>(const Entry&) const = default;
};

// An append is accepted after exactly one predecessor, so the last entry stands for the hash of all.
using Chain = Entry;

// An append on its way to the journal, for as long as it likes.
struct Append {
  Entry entry;
  Chain previous;
  std::uint8_t denied = 0;  // its clients were told that it was not done

  auto operator<=>(const Append&) const = default;
};

// What the log adds up to.
struct Lock {
  std::uint8_t holder = kNobody;
  std::uint8_t ended = 0;  // bit by client: its hold was, and is no more

  auto operator<=>(const Lock&) const = default;
};

inline bool has_ended(const Lock& lock, std::uint8_t client) {
  return (lock.ended >> client & 1) != 0;
}

struct Snapshot {
  std::uint8_t position = 0;
  Lock lock;
  Chain last;

  auto operator<=>(const Snapshot&) const = default;
};

// A compare-and-set of the snapshot pointer on its way.
struct Move {
  std::uint8_t expected = 0;
  Snapshot to;

  auto operator<=>(const Move&) const = default;
};

struct Journal {
  // By position - 1. An entry that was trimmed stays here for the oracles; `present` says what a reader
  // finds.
  std::array<Entry, kMaxPosition> log;
  std::uint8_t present = 0;  // bit position - 1
  std::uint8_t head = 0;
  std::uint8_t durable = 0;  // what comes after it is visible and losable
  std::uint8_t floor = 0;
  std::uint8_t rewound = 0;  // the engine lost what it had acknowledged, and has another history id
  Snapshot pointer;

  auto operator<=>(const Journal&) const = default;
};

enum class Mode : std::uint8_t { fresh, following, taking, leading };

struct Keeper {
  Mode mode = Mode::fresh;
  std::uint8_t position = 0;  // of the last entry in its state
  Lock lock;
  Chain last;
  Chain before_last;                 // what the flying entry was sent to follow
  std::uint8_t flying = 0;           // the last entry is sent, and its outcome is unknown
  std::uint8_t proven = 0;           // an append of this tenure was acknowledged at `position`
  std::uint8_t acknowledgement = 0;  // that of the flying entry is on its way
  std::uint8_t tenure = 0;

  auto operator<=>(const Keeper&) const = default;
};

// A client acquires once and releases once, at any keepers. `asking` and `releasing` include that it was
// answered `outcome_unknown` and asks again.
enum class Client : std::uint8_t { asking, holding, releasing, released };

enum class Phase : std::uint8_t { none, waiting, riding };

// A read of the lock by somebody else.
struct Read {
  Phase phase = Phase::none;
  std::uint8_t keeper = 0;
  std::uint8_t told_before = 0;  // the newest position that anyone had been told of when it arrived

  auto operator<=>(const Read&) const = default;
};

// What may still go wrong or be done.
struct Budget {
  std::uint8_t repeats = 0;
  std::uint8_t cancelled_waits = 0;  // entries that become visible without being durable
  std::uint8_t failovers = 0;        // that lose them
  std::uint8_t rewinds = 0;
  std::uint8_t snapshots = 0;
  std::uint8_t reads = 0;

  auto operator<=>(const Budget&) const = default;
};

struct State {
  Journal journal;
  std::array<Append, kMaxAppends> appends;  // in order; those without an entry last
  std::array<Move, kMaxMoves> moves;        // in order; those to position 0 last
  std::array<Keeper, kMaxKeepers> keepers;
  std::array<Client, kClients> clients{};
  Read read;
  std::uint8_t told = 0;  // the newest position that anyone was told of
  Budget budget;

  auto operator<=>(const State&) const = default;
};

static_assert(std::has_unique_object_representations_v<State>);

// How large the system is.
struct Bounds {
  std::uint8_t keepers = 2;
  std::uint8_t positions = 4;
  std::uint8_t tenures = 2;  // of each keeper
  Budget budget;
};

}  // namespace holdfast::model
