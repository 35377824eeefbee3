#include "keeper/recovery.h"

#include <algorithm>
#include <span>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <openssl/rand.h>
#include <spdlog/spdlog.h>

#include "base/assert.h"
#include "keeper/decision.h"
#include "lock/entry.h"
#include "lock/evolve.h"
#include "lock/limits.h"
#include "lock/snapshot.h"

namespace holdfast::keeper {
namespace {

using std::chrono::milliseconds;

constexpr int kMostTries = 30;

void fill_random(std::span<std::byte> bytes) {
  auto* const to = reinterpret_cast<unsigned char*>(bytes.data());
  HOLDFAST_ASSERT(RAND_bytes(to, static_cast<int>(bytes.size())) == 1);
}

class Recovery {
 public:
  Recovery(lock::State& state, journal::Journal& journal, const MonotonicClock& clock, const WallClock& wall)
      : state_(state), journal_(journal), clock_(clock), wall_(wall), told_at_(clock.now()) {}

  Result<Recovered> run() {
    if (const auto loaded = load_snapshot(); !loaded) return loaded.error();
    if (const auto replayed = replay_tail(); !replayed) return replayed.error();
    if (journal_.head().sequence == 0) {
      if (const auto created = create_cell(); !created) return created.error();
    }
    if (const auto took_over = take_over(); !took_over) return took_over.error();
    return Recovered{journal_.head(), snapshot_};
  }

 private:
  Result<void> load_snapshot() {
    const std::optional<journal::SnapshotInfo> newest = journal_.latest_snapshot();
    if (!newest) return {};
    snapshot_ = *newest;
    lock::SnapshotLoader loader;
    std::uint64_t loaded = 0;
    const auto fed = journal_.read_snapshot([&](ByteView chunk) -> Result<void> {
      loaded += chunk.size();
      tell("loading the snapshot, bytes", loaded, snapshot_.bytes);
      loader.feed(chunk);
      return {};
    });
    if (!fed) return fed.error();
    return loader.finish(state_);
  }

  Result<void> replay_tail() {
    const std::uint64_t last = journal_.head().sequence;
    if (last == snapshot_.head.sequence) return {};
    return journal_.read(snapshot_.head.sequence + 1,
                         [&](std::uint64_t sequence, ByteView bytes) -> Result<void> {
                           tell("replaying the journal, entry", sequence, last);
                           const Result<lock::Entry> entry = lock::decode_entry(bytes);
                           if (!entry) return at_entry(sequence, entry.error());
                           const Result<void> replayed = lock::replay(state_, *entry);
                           if (!replayed) return at_entry(sequence, replayed.error());
                           return {};
                         });
  }

  // The first entry. There is no command for it: whoever may make a journal may make its cell.
  Result<void> create_cell() {
    lock::CellCreated created;
    fill_random(created.cell);
    fill_random(created.secret);
    const lock::EntryHeader header{.epoch = state_.epoch(),
                                   .time = state_.time(),
                                   .wall = lock::WallTime(wall_.now()),
                                   .first_revision = state_.revision().next()};
    const lock::Event event = created;
    state_.begin_entry(header.time, header.wall);
    lock::evolve(state_, event);
    Bytes entry;
    lock::encode_entry(header, std::span(&event, 1), entry);
    return append(entry);
  }

  Result<void> take_over() {
    Pending pending(0);
    pending.push_own(lock::TakeOver{state_.epoch().next()});
    CallTable nobody;
    const DecideAt at{
        .time = state_.time(), .wall = lock::WallTime(wall_.now()), .sequence = journal_.head().sequence + 1};
    Bytes entry;
    const Decision decision = decide(state_, pending, nobody, at, entry);
    HOLDFAST_ASSERT(decision.eventful);
    return append(entry);
  }

  Result<void> append(const Bytes& entry) {
    if (const auto reserved = journal_.reserve(lock::kMaxEntryBytes); !reserved) return reserved.error();
    journal::AppendId id;
    fill_random(id);
    const journal::Head before = journal_.head();
    for (int tries = 1; tries <= kMostTries; ++tries) {
      const Result<journal::Append> appended = journal_.append(before, id, entry);
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

  static Error at_entry(std::uint64_t sequence, const Error& error) {
    return {error.code, fmt::format("journal entry {}: {}", sequence, error.detail)};
  }

  void tell(const char* what, std::uint64_t done, std::uint64_t all) {
    const auto now = clock_.now();
    if (now - told_at_ < std::chrono::seconds(1)) return;
    told_at_ = now;
    spdlog::info("{} {} of {}", what, done, all);
  }

  lock::State& state_;
  journal::Journal& journal_;
  const MonotonicClock& clock_;
  const WallClock& wall_;
  std::chrono::nanoseconds told_at_;
  journal::SnapshotInfo snapshot_;
};

}  // namespace

Result<Recovered> recover(lock::State& state, journal::Journal& journal, const MonotonicClock& clock,
                          const WallClock& wall) {
  return Recovery(state, journal, clock, wall).run();
}

}  // namespace holdfast::keeper
