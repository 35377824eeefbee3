#include "keeper/incarnation.h"

#include <algorithm>
#include <chrono>

#include "keeper/append_entry.h"
#include "keeper/errc.h"
#include "keeper/recovery.h"
#include "lock/snapshot.h"

namespace holdfast::keeper {
namespace {

using lock::Millis;
using lock::WallTime;
using namespace std::chrono_literals;

constexpr WallTime kEarliest = std::chrono::sys_days(2026y / 1 / 1);
constexpr WallTime kLatest = std::chrono::sys_days(2101y / 1 / 1);
constexpr std::uint64_t kJump = std::uint64_t{1} << 32;
constexpr unsigned kShift = 11;
constexpr std::uint64_t kBound = std::uint64_t{1} << 53;
constexpr Millis kShortestQuiet{30'000};
constexpr std::size_t kSliceRecords = 4'096;

// A snapshot that is none: it marks the journal while the true one is being written.
constexpr std::string_view kPlaceholder = "unfinished";

std::uint64_t shifted(Millis since) {
  return static_cast<std::uint64_t>(std::max(since, Millis(0)).count()) << kShift;
}

std::uint64_t raised(std::uint64_t last, WallTime copied, WallTime now) {
  return std::max(last + kJump + shifted(now - copied), shifted(now.time_since_epoch()));
}

Result<void> write_snapshot(journal::Journal& journal, const std::function<bool(Bytes&)>& next) {
  auto writer = journal.begin_snapshot(journal::Head{});
  if (!writer) return writer.error();
  Bytes gathered;
  for (bool more = true; more;) {
    more = next(gathered);
    std::size_t at = 0;
    while (gathered.size() - at >= journal::kMaxChunkBytes || (!more && at < gathered.size())) {
      const std::size_t bytes = std::min(journal::kMaxChunkBytes, gathered.size() - at);
      if (auto written = (*writer)->write(ByteView(gathered).subspan(at, bytes)); !written) return written;
      at += bytes;
    }
    gathered.erase(gathered.begin(), gathered.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return (*writer)->commit();
}

}  // namespace

Result<lock::Restored> next_incarnation(const lock::State& state, WallTime now, Millis quiet) {
  if (now < kEarliest || now >= kLatest) {
    return Error{make_error_code(Errc::wrong_clock),
                 "it must be between 2026 and 2100: set it, and try again"};
  }
  const std::uint64_t token = raised(state.next_token().value, state.wall(), now);
  const std::uint64_t revision = raised(state.revision().value, state.wall(), now);
  if (std::max(token, revision) >= kBound) {
    return Error{make_error_code(Errc::wrong_clock), "fencing tokens and revisions end at 2^53"};
  }
  const Millis rest = state.quiet() ? state.quiet_until() - state.time() : Millis(0);
  return lock::Restored{.incarnation = state.cell().incarnation + 1,
                        .first_token = lock::FencingToken{token},
                        .revision = lock::Revision{revision},
                        .quiet = std::max(quiet, rest)};
}

Millis quiet_for_lost_leases(const lock::State& state) {
  return std::max(state.longest_ttl(), kShortestQuiet);
}

Result<void> require_empty(const journal::Journal& journal) {
  if (journal.head().sequence == 0) return {};
  return Error{make_error_code(Errc::not_empty), "this journal has entries already"};
}

Result<void> write_base(journal::Journal& journal, lock::State& state) {
  const auto marked = write_snapshot(journal, [](Bytes& out) {
    ByteWriter(out).raw(as_bytes(kPlaceholder));
    return false;
  });
  if (!marked) return marked;
  lock::SnapshotSweep sweep(state);
  return write_snapshot(journal, [&](Bytes& out) { return sweep.next(kSliceRecords, out); });
}

Result<void> begin_incarnation(journal::Journal& journal, const lock::State& state,
                               const lock::Restored& restored, WallTime now) {
  return append_event(journal, state, restored, now);
}

}  // namespace holdfast::keeper
