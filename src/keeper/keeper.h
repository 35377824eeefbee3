#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/clock.h"
#include "base/error.h"
#include "journal/journal.h"
#include "keeper/measurements.h"
#include "lock/command.h"
#include "lock/event_observer.h"
#include "lock/reply.h"
#include "lock/state.h"

// The single writer. Commands that arrive while an append is in flight, or in one pass of the network loop,
// become the next entry; nobody is answered before the entry in which the state that the answer saw is
// durable (protocol.md 9).
//
// Threads: a Keeper lives on one thread, the one that runs its io_context; every member is called there and
// every callback comes there. The journal is called on that thread too (append_inline, for the file journal,
// whose append is one write), or on a thread of the keeper's own. ARCHITECTURE.md has the measurement.

namespace holdfast::keeper {

struct Options {
  bool append_inline = true;
  std::size_t max_pending = 100'000;  // commands not yet decided: so many renewals and releases, and so
                                      // many others; more are refused: overloaded
  std::uint64_t snapshot_every_bytes = 64u << 20;  // of journal, between two snapshots
  std::chrono::milliseconds tick{1'000};           // longest time between entries while any deadline exists
  // How long a standby sees nothing new in the journal before it takes over. 0: no other server can append,
  // so nobody has to be shown that this one still leads.
  std::chrono::milliseconds takeover_after{0};
};

// Where a call's time went, but for a wait in a queue: in the keeper's own line before it was decided, and in
// the append of the entry that its answer waited for (zero when it waited for none).
struct Timing {
  std::chrono::nanoseconds queued{};
  std::chrono::nanoseconds append{};
};

// Whoever waits for an answer. The caller owns it and keeps it alive until answered() or leave(). Everything
// that became durable together is answered in one handler, so a connection gathers what is its own in a
// buffer and sends it from a handler that it posts at the first of them.
class Call {
 public:
  virtual ~Call() = default;
  // Exactly once, from the keeper's thread, never from within submit(). May submit again.
  virtual void answered(lock::Revision revision, const lock::Reply& reply, const Timing& timing) = 0;
};

// Names a call that was submitted. 0 is none.
using CallId = StrongId<struct CallIdTag>;

// Of this process.
struct SnapshotFigures {
  std::uint64_t taken = 0;
  std::uint64_t failed = 0;
  std::chrono::nanoseconds last_took{};
  std::optional<lock::WallTime> covers_until;  // stamp of the last entry in the newest; none: there is none
};

struct Status {
  journal::Durability durability;
  lock::Epoch epoch;
  lock::Revision revision;
  std::uint64_t sequence = 0;           // of the last durable entry
  std::uint64_t snapshot_sequence = 0;  // covered by the newest snapshot
  std::size_t pending = 0;              // commands not yet decided
  std::uint64_t bytes_since_snapshot = 0;
  SnapshotFigures snapshots;
  std::chrono::nanoseconds time_lost{};  // that journal time stood still during stalls of this process
  std::optional<Error> refusing;         // why nothing can be appended just now (disk full)
};

class Backups;
class Documents;
class EventHub;

class Keeper {
 public:
  // `io`, `journal` and the clocks must outlive the keeper, which is not destroyed from within a callback.
  // `fatal` is called at most once, when the journal can no longer be trusted by this process: it must end
  // without answering anybody.
  Keeper(boost::asio::io_context& io, journal::Journal& journal, const MonotonicClock& clock,
         const WallClock& wall, Options options, std::function<void(Error)> fatal);
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Shows this observer whatever is decided from now on; it must outlive the keeper.
  void observe(lock::EventObserver& observer);

  // Loads snapshot and tail, makes the cell when the journal is empty, and appends the takeover entry.
  // Blocks; call it once, before the io_context runs. Nothing is answered before it has succeeded. A journal
  // whose state goes on elsewhere is Errc::sealed, one that was never finished Errc::unfinished (errc.h).
  Result<void> recover();

  // Takes a command. Refusals are answers too: `overloaded` when too many are pending,
  // `journal_unavailable` when the disk is full. Renewals and releases overtake everything else that is
  // pending (protocol.md 30), so a connection whose order matters submits one command at a time.
  CallId submit(lock::Command&& command, Call& call);

  // The client of this call is gone, or no longer cares: it is never answered. A wait that nobody else is
  // attached to leaves its queue, or keeps its place for its reattach time. A command that was not decided
  // yet is still carried out when it is a renewal, release or cancel, and dropped when it is an acquire.
  // Unknown ids are ignored.
  void leave(CallId id);

  // The state after everything decided, and the time to count durations to. What is told of it must wait for
  // when_durable().
  const lock::State& state() const;
  lock::JournalTime now() const;
  // Calls back once all that state() shows now is durable; at once when it already is.
  void when_durable(std::function<void()> then);

  // Where events are told once they are durable, those of recover() included.
  EventHub& events();

  // Copies of all this, once recover() has succeeded.
  Backups& backups();

  // What is kept with keys, likewise.
  Documents& documents();

  Status status() const;
  const Measurements& measurements() const;

  // Answers what is in flight, writes nothing more, then calls back, from a handler of its own. Commands that
  // are not decided yet, waits, and commands submitted later are refused: `no_leader`. Call it once. It does
  // not call back after fatal().
  void stop(std::function<void()> stopped);

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace holdfast::keeper
