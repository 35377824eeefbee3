#include "keeper/recovery.h"

#include <optional>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "keeper/errc.h"
#include "lock/entry.h"
#include "lock/errc.h"
#include "lock/snapshot.h"

namespace holdfast::keeper {
namespace {

// Says how far it has come, once a second.
class Progress {
 public:
  explicit Progress(const MonotonicClock& clock) : clock_(clock), told_at_(clock.now()) {}

  void tell(const char* what, std::uint64_t done, std::uint64_t all) {
    const auto now = clock_.now();
    if (now - told_at_ < std::chrono::seconds(1)) return;
    told_at_ = now;
    spdlog::info("{} {} of {}", what, done, all);
  }

 private:
  const MonotonicClock& clock_;
  std::chrono::nanoseconds told_at_;
};

Error at_entry(std::uint64_t sequence, const Error& error) {
  return {error.code, fmt::format("journal entry {}: {}", sequence, error.detail)};
}

Result<journal::SnapshotInfo> load(lock::State& state, journal::Journal& journal, Progress& progress) {
  const std::optional<journal::SnapshotInfo> newest = journal.latest_snapshot();
  if (!newest) return journal::SnapshotInfo{};
  lock::SnapshotLoader loader;
  std::uint64_t loaded = 0;
  const auto fed = journal.read_snapshot([&](ByteView chunk) -> Result<void> {
    loaded += chunk.size();
    progress.tell("loading the snapshot, bytes", loaded, newest->bytes);
    loader.feed(chunk);
    return {};
  });
  if (!fed) return fed.error();
  if (const auto after = journal.latest_snapshot(); !after || after->head != newest->head) {
    return Error{make_error_code(journal::Errc::unavailable), "the snapshot was replaced while it was read"};
  }
  if (const auto finished = loader.finish(state); !finished) return finished.error();
  return *newest;
}

}  // namespace

Result<journal::SnapshotInfo> load_snapshot(lock::State& state, journal::Journal& journal,
                                            const MonotonicClock& clock) {
  Progress progress(clock);
  return load(state, journal, progress);
}

Result<void> replay_entry(lock::State& state, std::uint64_t sequence, ByteView bytes, EventHub& events) {
  const Result<lock::Entry> entry = lock::decode_entry(bytes);
  if (!entry) return at_entry(sequence, entry.error());
  const Result<void> replayed = lock::replay(state, *entry, &events);
  if (!replayed) return at_entry(sequence, replayed.error());
  return {};
}

Result<void> check_level(const lock::State& state) {
  if (state.level() <= lock::kFeatureLevel) return {};
  return Error{make_error_code(lock::Errc::unknown_feature),
               fmt::format("the journal has feature level {}, and this program knows level {}", state.level(),
                           lock::kFeatureLevel)};
}

bool is_unfinished(const journal::Journal& journal) {
  return journal.head().sequence == 0 && journal.latest_snapshot().has_value();
}

Result<Rebuilt> rebuild(lock::State& state, journal::Journal& journal, const MonotonicClock& clock,
                        EventHub& events) {
  if (is_unfinished(journal)) {
    return Error{make_error_code(Errc::unfinished),
                 "what was to be written into this journal is not complete"};
  }
  Progress progress(clock);
  const Result<journal::SnapshotInfo> snapshot = load(state, journal, progress);
  if (!snapshot) return snapshot.error();
  Rebuilt rebuilt{.snapshot = *snapshot, .snapshot_covers_until = {}};
  if (snapshot->head.sequence > 0) rebuilt.snapshot_covers_until = state.wall();
  events.begin(state);
  const std::uint64_t last = journal.head().sequence;
  const auto replay_one = [&](std::uint64_t sequence, ByteView bytes) -> Result<void> {
    progress.tell("replaying the journal, entry", sequence, last);
    if (const auto replayed = replay_entry(state, sequence, bytes, events); !replayed) return replayed;
    events.durable(state);
    return {};
  };
  if (last > snapshot->head.sequence) {
    const auto replayed = journal.read(snapshot->head.sequence + 1, replay_one);
    if (!replayed) return replayed.error();
  }
  if (const auto known = check_level(state); !known) return known.error();
  return rebuilt;
}

}  // namespace holdfast::keeper
