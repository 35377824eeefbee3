#include "keeper/append_entry.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/random.h"
#include "lock/entry.h"
#include "lock/limits.h"

namespace holdfast::keeper {

using std::chrono::milliseconds;

constexpr int kMostTries = 30;

Result<void> append_entry(journal::Journal& journal, ByteView entry) {
  if (const auto reserved = journal.reserve(lock::kMaxEntryBytes); !reserved) return reserved.error();
  journal::AppendId id;
  fill_random(id);
  const journal::Head before = journal.head();
  for (int tries = 1; tries <= kMostTries; ++tries) {
    const Result<journal::Append> appended = journal.append(before, id, entry);
    if (!appended) return appended.error();
    if (*appended == journal::Append::written) return {};
    if (*appended == journal::Append::refused) {
      return Error{journal::make_error_code(journal::Errc::in_use), "somebody else appended to the journal"};
    }
    std::this_thread::sleep_for(milliseconds(std::min(50 * tries, 1'000)));
  }
  return Error{journal::make_error_code(journal::Errc::unavailable),
               "the journal did not say whether the entry was written"};
}

Result<void> append_event(journal::Journal& journal, const lock::State& state, const lock::Event& event,
                          lock::WallTime now) {
  const lock::EntryHeader header{
      .epoch = state.epoch(), .time = state.time(), .wall = now, .first_revision = state.revision().next()};
  Bytes entry;
  lock::encode_entry(header, std::span(&event, 1), entry);
  return append_entry(journal, entry);
}

}  // namespace holdfast::keeper
