#include "keeper/takeover.h"

#include <span>

#include "base/assert.h"
#include "base/random.h"
#include "keeper/append_entry.h"
#include "keeper/decision.h"
#include "keeper/errc.h"
#include "keeper/measurements.h"
#include "lock/entry.h"
#include "lock/evolve.h"

namespace holdfast::keeper {
namespace {

// The first entry. There is no command for it: whoever may make a journal may make its cell.
Bytes create_cell(lock::State& state, lock::WallTime wall, EventHub& events) {
  lock::CellCreated created;
  fill_random(created.cell);
  fill_random(created.secret);
  const lock::EntryHeader header{
      .epoch = state.epoch(), .time = state.time(), .wall = wall, .first_revision = state.revision().next()};
  const lock::Event event = created;
  state.begin_entry(header.time, header.wall);
  events.before(state, event);
  lock::evolve(state, event);
  Bytes entry;
  lock::encode_entry(header, std::span(&event, 1), entry);
  return entry;
}

Bytes begin_epoch(lock::State& state, std::uint64_t next, lock::WallTime now, EventHub& events) {
  Pending pending(1);
  pending.push(CallId{}, lock::TakeOver{state.epoch().next()});
  Measurements unread;
  CallTable nobody(unread.queued_seconds);
  Bytes entry;
  const DecideAt at{.time = state.time(), .wall = now, .sequence = next};
  const Decision decision = decide(state, pending, nobody, at, entry, &events);
  HOLDFAST_ASSERT(decision.eventful);
  return entry;
}

}  // namespace

Bytes claim(lock::State& state, std::uint64_t next, lock::WallTime now, EventHub& events) {
  return next == 1 ? create_cell(state, now, events) : begin_epoch(state, next, now, events);
}

Result<void> take_over(lock::State& state, journal::Journal& journal, const WallClock& wall,
                       EventHub& events) {
  if (!state.successor().empty()) {
    return Error{make_error_code(Errc::sealed), "its state goes on in " + state.successor()};
  }
  const lock::WallTime now(wall.now());
  for (bool claimed = false; !claimed;) {
    claimed = journal.head().sequence > 0;
    const Bytes entry = claim(state, journal.head().sequence + 1, now, events);
    if (const auto appended = append_entry(journal, entry); !appended) return appended.error();
    events.durable(state);
  }
  return {};
}

}  // namespace holdfast::keeper
