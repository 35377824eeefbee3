#include "keeper/takeover.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <thread>

#include <openssl/rand.h>

#include "base/assert.h"
#include "keeper/decision.h"
#include "keeper/measurements.h"
#include "lock/entry.h"
#include "lock/evolve.h"
#include "lock/limits.h"

namespace holdfast::keeper {
namespace {

using std::chrono::milliseconds;

constexpr int kMostTries = 30;

void fill_random(std::span<std::byte> bytes) {
  auto* const to = reinterpret_cast<unsigned char*>(bytes.data());
  HOLDFAST_ASSERT(RAND_bytes(to, static_cast<int>(bytes.size())) == 1);
}

Result<void> append(journal::Journal& journal, const Bytes& entry) {
  if (const auto reserved = journal.reserve(lock::kMaxEntryBytes); !reserved) return reserved.error();
  journal::AppendId id;
  fill_random(id);
  const journal::Head before = journal.head();
  for (int tries = 1; tries <= kMostTries; ++tries) {
    const Result<journal::Append> appended = journal.append(before, id, entry);
    if (!appended) return appended.error();
    if (*appended == journal::Append::written) return {};
    if (*appended == journal::Append::refused) {
      return Error{journal::make_error_code(journal::Errc::in_use),
                   "somebody else appended while taking over"};
    }
    std::this_thread::sleep_for(milliseconds(std::min(50 * tries, 1'000)));
  }
  return Error{journal::make_error_code(journal::Errc::unavailable),
               "the journal did not say whether the takeover was written"};
}

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

}  // namespace

Result<void> take_over(lock::State& state, journal::Journal& journal, const WallClock& wall,
                       EventHub& events) {
  const lock::WallTime now(wall.now());
  if (journal.head().sequence == 0) {
    if (const auto created = append(journal, create_cell(state, now, events)); !created)
      return created.error();
    events.durable(state);
  }
  Pending pending(1);
  pending.push(CallId{}, lock::TakeOver{state.epoch().next()});
  Measurements unread;
  CallTable nobody(unread.queued_seconds);
  const DecideAt at{.time = state.time(), .wall = now, .sequence = journal.head().sequence + 1};
  Bytes entry;
  const Decision decision = decide(state, pending, nobody, at, entry, &events);
  HOLDFAST_ASSERT(decision.eventful);
  if (const auto appended = append(journal, entry); !appended) return appended.error();
  events.durable(state);
  return {};
}

}  // namespace holdfast::keeper
