#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "lock/command.h"
#include "lock/decide.h"
#include "lock/event.h"
#include "lock/event_observer.h"
#include "lock/limits.h"
#include "lock/reply.h"
#include "lock/state.h"

// One entry in the making: commands are decided in turn against the state, each decision is folded into the
// state at once, and the events of all of them become one journal entry. The server, the scenario runner and
// the simulator drive the lock rules through this class alone.
//
// Order within a batch (protocol.md 13): renewals and releases, then expire(), then everything else, then
// settle(). Nothing that a batch answers may be told to anyone before its entry is durable; when it has no
// events, before the entry of the batch before it is.

namespace holdfast::lock {

// A number by which the caller knows a command's answer again.
using Ticket = StrongId<struct TicketTag>;

struct Answer {
  Ticket ticket;
  Revision revision;  // at which it was decided
  Reply reply;
};

// The command has no answer yet: it waits, as this waiter, from now on. A ticket that attaches to a waiter
// already there (a retry with the same request id) shares it with the tickets before it.
struct Waiting {
  Ticket ticket;
  WaiterId waiter;
};

// The answer to everyone who is attached to the waiter, which exists no more.
struct WaiterAnswer {
  WaiterId waiter;
  Revision revision;
  Millis reattach;  // what an Abandon of this grant must say when nobody is attached
  Reply reply;
};

class Batch {
 public:
  // `now` is sampled after the last command was read, and never lies before the state's own time. The
  // observer, if there is one, must outlive the batch.
  Batch(State& state, JournalTime now, WallTime wall, EventObserver* observer = nullptr);

  // Makes room for so many commands.
  void expect(std::size_t commands);

  void execute(Ticket ticket, const Command& command);

  // Ends what is due: leases, waits, minimum holds. At most kMaxGrantsPerEntry of them.
  void expire();

  // Grants what can be granted from the queues, in order, with the same bound.
  void settle();

  // Makes the batch an entry even if nothing happened: time itself is recorded (protocol.md 14).
  void tick() { begin_entry(); }

  // The bound, or the entry's size, left something undone: the next batch should follow at once.
  bool unfinished() const { return unfinished_; }
  // Whether there is anything to append.
  bool has_entry() const { return begun_; }
  bool full() const { return events_.size() >= kFullBytes; }  // execute no more, append this first

  std::size_t event_count() const { return event_count_; }
  Revision first_revision() const { return first_revision_; }
  // Appends the entry's bytes to `out`. `digest` is the state's before the batch, where it is to be recorded.
  void write_entry(const std::optional<SetDigest>& digest, Bytes& out) const;
  std::vector<Answer>& answers() { return answers_; }
  std::vector<Waiting>& waiting() { return waiting_; }
  std::vector<WaiterAnswer>& waiter_answers() { return waiter_answers_; }

 private:
  static constexpr std::size_t kFullBytes = 240 << 10;
  static constexpr std::size_t kUsualBytes = 160;  // of the events of a command
  static_assert(kFullBytes + kMaxDecisionBytes < kMaxEntryBytes);

  void begin_entry();
  void apply(const Event& event);
  void apply_all(const Events& events);
  void grant(Ref<Waiter> waiter);

  State& state_;
  JournalTime now_;
  WallTime wall_;
  EventObserver* observer_;
  bool begun_ = false;
  bool unfinished_ = false;
  std::size_t granted_ = 0;
  Revision first_revision_;
  std::size_t event_count_ = 0;
  Bytes events_;  // encoded as they happen, so that none has to be kept
  std::vector<Answer> answers_;
  std::vector<Waiting> waiting_;
  std::vector<WaiterAnswer> waiter_answers_;
};

}  // namespace holdfast::lock
