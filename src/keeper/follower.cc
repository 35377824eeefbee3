#include "keeper/follower.h"

#include <utility>

#include <fmt/format.h>

#include "keeper/errc.h"
#include "keeper/recovery.h"

namespace holdfast::keeper {
namespace {

// So much is replayed without a pause.
constexpr std::size_t kMostEntries = 256;
constexpr std::size_t kMostBytes = 1 << 20;

Error rewound(std::string detail) {
  return {make_error_code(journal::Errc::rewound), std::move(detail)};
}

Result<void> read_on(journal::Journal& journal, std::uint64_t first, std::vector<Bytes>& entries) {
  if (first > journal.head().sequence) return {};
  const std::error_code enough = std::make_error_code(std::errc::operation_canceled);
  std::size_t bytes = 0;
  const auto read = journal.read(first, [&](std::uint64_t, ByteView entry) -> Result<void> {
    entries.emplace_back(entry.begin(), entry.end());
    bytes += entry.size();
    if (entries.size() >= kMostEntries || bytes >= kMostBytes) return Error{enough, {}};
    return {};
  });
  if (!read && read.error().code != enough) return read.error();
  return {};
}

bool is_trimmed(const Result<void>& read) {
  return read.error().code == make_error_code(journal::Errc::trimmed);
}

// While it is read, the keeper may write another one and trim what belongs to this.
Error read_too_slowly() {
  return {make_error_code(journal::Errc::unavailable), "the journal was trimmed while it was read"};
}

Result<Follower::Look> look_at_snapshot(journal::Journal& journal, Follower::Look look,
                                        const MonotonicClock& clock) {
  look.entries.clear();
  look.snapshot = std::make_unique<lock::State>();
  const Result<journal::SnapshotInfo> loaded = load_snapshot(*look.snapshot, journal, clock);
  if (!loaded) return loaded.error();
  look.newest = *loaded;
  look.snapshot_head = loaded->head;
  if (loaded->head.sequence > look.head.sequence) return read_too_slowly();
  const Result<void> read = read_on(journal, loaded->head.sequence + 1, look.entries);
  if (read) return look;
  return is_trimmed(read) ? read_too_slowly() : read.error();
}

}  // namespace

Result<Follower::Look> Follower::look(journal::Journal& journal, const journal::Head& known,
                                      const MonotonicClock& clock) {
  if (const auto fresh = journal.refresh(); !fresh) return fresh.error();
  if (is_unfinished(journal)) {
    return Error{make_error_code(Errc::unfinished),
                 "what was to be written into this journal is not complete"};
  }
  Look look{.head = journal.head(),
            .snapshot = {},
            .snapshot_head = {},
            .newest = journal.latest_snapshot().value_or(journal::SnapshotInfo{}),
            .entries = {}};
  if (known.sequence > look.head.sequence) {
    return rewound(fmt::format("it ends at entry {}, and {} was seen", look.head.sequence, known.sequence));
  }
  if (known.sequence > 0 || look.newest.head.sequence == 0) {
    const Result<void> read = read_on(journal, known.sequence + 1, look.entries);
    if (read) return look;
    if (!is_trimmed(read)) return read.error();
  }
  return look_at_snapshot(journal, std::move(look), clock);
}

void Follower::forget() {
  state_ = std::make_unique<lock::State>();
  head_ = {};
  caught_up_ = false;
  events_.begin(*state_);
}

Result<void> Follower::take(Look look) {
  if (const auto known = check_position(look.head); !known) return known;
  if (look.snapshot) {
    state_ = std::move(look.snapshot);
    head_ = look.snapshot_head;
    events_.begin(*state_);
  }
  newest_ = look.newest;
  for (const Bytes& entry : look.entries) {
    if (auto replayed = replay(entry); !replayed) return replayed;
  }
  caught_up_ = head_.sequence == look.head.sequence;
  if (caught_up_ && head_ != look.head) return rewound("its entries are not those of its head");
  if (expected_ && head_.sequence > 0 && state_->cell().id != expected_->cell) {
    return Error{make_error_code(Errc::other_cell), "this server belongs to another one"};
  }
  return check_level(*state_);
}

Result<void> Follower::check_position(const journal::Head& journal) const {
  if (!expected_ || journal.sequence >= expected_->head.sequence) return {};
  return rewound(fmt::format("it ends at entry {}, and this server has seen {}", journal.sequence,
                             expected_->head.sequence));
}

// What has come so far is durable, now that something follows it.
Result<void> Follower::replay(ByteView entry) {
  if (head_.sequence > 0) events_.durable(*state_);
  const std::uint64_t sequence = head_.sequence + 1;
  if (auto replayed = replay_entry(*state_, sequence, entry, events_); !replayed) return replayed;
  head_ = {sequence, journal::next_chain(head_.chain, entry)};
  if (expected_ && expected_->head.sequence == sequence && expected_->head.chain != head_.chain) {
    return rewound(fmt::format("entry {} is not the one that this server has seen", sequence));
  }
  return {};
}

}  // namespace holdfast::keeper
