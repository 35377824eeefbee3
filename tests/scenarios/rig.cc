#include "rig.h"

#include <fmt/format.h>

#include "lock/event_codec.h"
#include "lock/event_observer.h"
#include "lock/invariants.h"

namespace holdfast::lock::testing {
namespace {

constexpr WallTime kCellCreatedAt{Millis(1'700'000'000'000)};
constexpr std::uint32_t kRatePpm = 1'000;

WallTime wall_of(JournalTime now) {
  return kCellCreatedAt + now.time_since_epoch();
}

bool is_urgent(const Command& command) {
  return std::holds_alternative<Renew>(command) || std::holds_alternative<Release>(command);
}

// The events of a batch, as they were decided.
class Recorder final : public EventObserver {
 public:
  void before(const State&, const Event& event) override { events.push_back(event); }

  std::vector<Event> events;
};

}  // namespace

Rig::Rig(std::size_t slice) : slice_(slice) {
  CellCreated created;
  created.cell.fill(std::byte{0x42});
  created.rate_ppm = kRatePpm;
  const Entry first{{.wall = kCellCreatedAt, .first_revision = Revision{1}}, {created}};
  replay_on(*live_, first, "live");
  replay_on(*replica_, first, "replica");
  run(JournalTime{}, {TakeOver{Epoch{1}}});
}

Outcome Rig::run(JournalTime now, const std::vector<Command>& commands, bool tick) {
  Outcome outcome;
  Recorder recorder;
  Batch batch(*live_, now, wall_of(now), &recorder);
  if (tick) batch.tick();
  run_batch(batch, commands, outcome);
  close(batch, recorder.events, now, outcome);
  for (bool unfinished = batch.unfinished(); unfinished;) {
    Recorder more;
    Batch next(*live_, now, wall_of(now), &more);
    run_batch(next, {}, outcome);
    close(next, more.events, now, outcome);
    unfinished = next.unfinished();
  }
  return outcome;
}

// Renewals and releases, expiries, the rest, grants (protocol.md 13).
void Rig::run_batch(Batch& batch, const std::vector<Command>& commands, Outcome& outcome) {
  using Of = Outcome::Phase::Of;
  const std::size_t before = outcome.events.size();
  const auto phase = [&](Of of, std::size_t command, auto run) {
    const std::size_t first = before + batch.event_count();
    run();
    outcome.phases.push_back({of, command, first, before + batch.event_count()});
  };
  for (const bool urgent : {true, false}) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (is_urgent(commands[i]) != urgent) continue;
      phase(Of::command, i, [&] { batch.execute(Ticket{i + 1}, commands[i]); });
    }
    if (urgent) phase(Of::due, 0, [&] { batch.expire(); });
  }
  phase(Of::queue, 0, [&] { batch.settle(); });
}

void Rig::close(Batch& batch, const std::vector<Event>& events, JournalTime now, Outcome& outcome) {
  if (batch.has_entry()) {
    const Entry written{{.feature_level = live_->level(),
                         .epoch = live_->epoch(),
                         .time = now,
                         .wall = wall_of(now),
                         .first_revision = batch.first_revision()},
                        events};
    check_bytes(batch, written);
    check_entry(written);
    for (std::size_t i = 0; i < written.events.size(); ++i) {
      outcome.events.push_back({Revision{batch.first_revision().value + i}, written.events[i]});
    }
  }
  promises_.check(now, batch, events);
  check(*live_, "live");
  sweep();
  const auto move_to = [](auto& from, auto& to) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  move_to(batch.answers(), outcome.answers);
  move_to(batch.waiting(), outcome.waiting);
  move_to(batch.waiter_answers(), outcome.waiter_answers);
}

Outcome Rig::write(JournalTime now, const Event& event) {
  const Entry written{{.epoch = live_->epoch(),
                       .time = now,
                       .wall = wall_of(now),
                       .first_revision = live_->revision().next()},
                      {event}};
  replay_on(*live_, written, "live");
  check_entry(written);
  promises_.see(now, written.header.first_revision, event);
  check(*live_, "live");
  sweep();
  Outcome outcome;
  outcome.events.push_back({written.header.first_revision, event});
  return outcome;
}

void Rig::check_bytes(const Batch& batch, const Entry& written) {
  Bytes expected;
  encode_entry(written.header, written.events, expected);
  Bytes bytes;
  batch.write_entry({}, bytes);
  if (bytes != expected) fault("the entry of a batch is not that of its events");
}

void Rig::check_entry(const Entry& written) {
  ++entries_;
  Bytes bytes;
  encode_entry(written.header, written.events, bytes);
  if (bytes.size() > kMaxEntryBytes) fault(fmt::format("an entry of {} bytes", bytes.size()));
  std::size_t bound = 128;
  for (const Event& event : written.events) bound += encoded_size_bound(event);
  if (bytes.size() > bound) fault(fmt::format("an entry of {} bytes, bound {}", bytes.size(), bound));
  const Result<Entry> read = decode_entry(bytes);
  if (!read) return fault("an entry cannot be read back: " + read.error().message());
  if (read->events != written.events) fault("the events of an entry are not those written");
  replay_on(*replica_, *read, "replica");
  check(*replica_, "replica");
  if (replica_->digest() != live_->digest()) fault("the replica differs from the live state");
  if (sweep_) tail_.push_back(*read);
  if (!restored_) return;
  replay_on(*restored_, *read, "restored");
  if (restored_->digest() != live_->digest()) fault("snapshot and tail differ from the live state");
}

void Rig::replay_on(State& state, const Entry& entry, std::string_view which) {
  if (const Result<void> done = replay(state, entry); !done)
    fault(fmt::format("{}: {}", which, done.error().message()));
}

// Always one snapshot on its way; a complete one is loaded and overtakes the one before.
void Rig::sweep() {
  if (!sweep_) {
    sweep_.emplace(*live_);
    snapshot_.clear();
    tail_.clear();
    return;
  }
  if (sweep_->next(slice_, snapshot_)) return;
  sweep_.reset();
  ++snapshots_;
  SnapshotLoader loader;
  const std::size_t cut = snapshot_.size() / 3;
  loader.feed(ByteView(snapshot_).first(cut));
  loader.feed(ByteView(snapshot_).subspan(cut));
  restored_ = std::make_unique<State>();
  if (const Result<void> loaded = loader.finish(*restored_); !loaded)
    fault("snapshot: " + loaded.error().message());
  for (const Entry& entry : tail_) replay_on(*restored_, entry, "restored");
  check(*restored_, "restored");
  if (restored_->digest() != live_->digest()) fault("a loaded snapshot and tail differ from the live state");
}

Bytes Rig::snapshot() {
  sweep_.reset();
  SnapshotSweep whole(*live_);
  Bytes bytes;
  while (whole.next(1'000, bytes)) {
  }
  return bytes;
}

void Rig::check(const State& state, std::string_view which) {
  for (const std::string& broken : broken_invariants(state)) fault(fmt::format("{}: {}", which, broken));
}

}  // namespace holdfast::lock::testing
