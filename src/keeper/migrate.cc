#include "keeper/migrate.h"

#include "keeper/append_entry.h"
#include "keeper/errc.h"
#include "keeper/event_hub.h"
#include "keeper/incarnation.h"
#include "keeper/recovery.h"
#include "lock/snapshot.h"

namespace holdfast::keeper {
namespace {

Result<void> load_base(journal::Journal& journal, lock::State& state) {
  lock::SnapshotLoader loader;
  const auto read = journal.read_snapshot([&](ByteView chunk) -> Result<void> {
    loader.feed(chunk);
    return {};
  });
  if (!read) return read.error();
  return loader.finish(state);
}

// Whether `base` is the state that a journal, whose state is now `sealed`, had just before it was sealed.
bool precedes(const lock::State& base, const lock::State& sealed) {
  return base.cell().id == sealed.cell().id && base.revision().next() == sealed.revision() &&
         base.next_token() == sealed.next_token();
}

// What an interrupted call has left to do.
Result<lock::Restored> finish(const lock::State& sealed, journal::Journal& to, lock::WallTime now) {
  if (!is_unfinished(to)) {
    return Error{make_error_code(Errc::sealed),
                 "the migration to " + sealed.successor() + " is done already"};
  }
  lock::State base;
  if (const auto loaded = load_base(to, base); !loaded) return loaded.error();
  if (!precedes(base, sealed)) {
    return Error{make_error_code(Errc::not_empty), "the unfinished journal there is of another state"};
  }
  auto restored = next_incarnation(base, now, lock::Millis(0));
  if (!restored) return restored;
  if (const auto begun = begin_incarnation(to, base, *restored, now); !begun) return begun.error();
  return restored;
}

Result<void> copy_objects(const lock::State& state, journal::Journal& from, journal::Journal& to) {
  for (std::size_t slot = 0; slot < state.documents().slots(); ++slot) {
    const lock::Document* const document = state.documents().at_slot(slot);
    if (document == nullptr) continue;
    const auto bytes = from.objects().get(document->object);
    if (!bytes) return bytes.error();
    if (auto put = to.objects().put(document->object, *bytes); !put) return put;
  }
  return {};
}

Result<lock::Restored> move_all(journal::Journal& from, journal::Journal& to, const std::string& successor,
                                lock::State& state, lock::WallTime now) {
  if (from.head().sequence == 0) {
    return Error{journal::make_error_code(journal::Errc::not_a_journal), "there is nothing to migrate"};
  }
  if (const auto empty = require_empty(to); !empty) return empty.error();
  auto restored = next_incarnation(state, now, lock::Millis(0));
  if (!restored) return restored;
  if (const auto copied = copy_objects(state, from, to); !copied) return copied.error();
  if (const auto written = write_base(to, state); !written) return written.error();
  if (const auto sealed = append_event(from, state, lock::Sealed{successor}, now); !sealed)
    return sealed.error();
  if (const auto begun = begin_incarnation(to, state, *restored, now); !begun) return begun.error();
  return restored;
}

}  // namespace

Result<Migrated> migrate(journal::Journal& from, journal::Journal& to, const std::string& successor,
                         lock::WallTime now, const MonotonicClock& clock) {
  EventHub unread;
  lock::State state;
  if (const auto rebuilt = rebuild(state, from, clock, unread); !rebuilt) return rebuilt.error();
  const bool sealed = !state.successor().empty();
  if (sealed && state.successor() != successor) {
    return Error{make_error_code(Errc::sealed), "its state goes on in " + state.successor()};
  }
  const auto restored = sealed ? finish(state, to, now) : move_all(from, to, successor, state, now);
  if (!restored) return restored.error();
  return Migrated{*restored, lock::count(state)};
}

}  // namespace holdfast::keeper
