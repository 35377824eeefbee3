#include "keeper/keeper.h"

#include <utility>

#include "base/assert.h"
#include "keeper/alarm.h"
#include "keeper/backups.h"
#include "keeper/documents.h"
#include "keeper/event_hub.h"
#include "keeper/journal_runner.h"
#include "keeper/loop.h"
#include "keeper/recovery.h"
#include "keeper/snapshotter.h"
#include "keeper/sweeper.h"
#include "keeper/takeover.h"
#include "lock/state.h"

namespace holdfast::keeper {

class Keeper::Core {
 public:
  Core(boost::asio::io_context& io, journal::Journal& journal, const MonotonicClock& clock,
       const WallClock& wall, const Options& options, std::function<void(Error)> fatal)
      : io_(io),
        journal_(journal),
        clock_(clock),
        wall_(wall),
        options_(options),
        durability_(journal.durability()),
        alarm_(io),
        backup_alarm_(io),
        sweeper_(std::make_shared<Sweeper>(io, state_, clock)),
        runner_(options.append_inline ? make_inline_runner(journal) : make_threaded_runner(io, journal)),
        loop_(std::make_shared<Loop>(
            Loop::Parts{io, state_, *runner_, alarm_, clock, wall}, options_,
            Loop::Hooks{.fatal = std::move(fatal),
                        .durable =
                            [this](const journal::Head& head, std::uint64_t bytes, bool quiet) {
                              events_.durable(state_);
                              documents_->durable();
                              snapshotter_->at(head, bytes, quiet);
                            }})),
        documents_(std::make_shared<Documents>(Documents::Parts{
            .io = io,
            .journal = journal,
            .state = state_,
            .submit = [this](lock::Command command,
                             Call& call) { return loop_->submit(std::move(command), call); },
            .when_durable = [this](std::function<void()> then) { loop_->when_durable(std::move(then)); }})),
        backups_(std::make_shared<Backups>(Backups::Parts{
            .state = state_,
            .sweeper = *sweeper_,
            .alarm = backup_alarm_,
            .clock = clock,
            .documents = *documents_,
            .when_durable = [this](std::function<void()> then) { loop_->when_durable(std::move(then)); },
            .sequence = [this] { return loop_->sequence(); }})) {
    loop_->observe(events_);
    loop_->observe(*documents_);
  }

  ~Core() {
    if (snapshotter_) snapshotter_->stop();
  }

  Result<void> recover() {
    const Result<Rebuilt> rebuilt = rebuild(state_, journal_, clock_, events_);
    if (!rebuilt) return rebuilt.error();
    const journal::SnapshotInfo& snapshot = rebuilt->snapshot;
    if (const Result<void> leads = take_over(state_, journal_, wall_, events_); !leads) return leads.error();
    if (const Result<void> begun = documents_->begin(); !begun) return begun.error();
    snapshotter_ = std::make_shared<Snapshotter>(
        Snapshotter::Parts{io_, state_, *sweeper_, *runner_, clock_, events_}, options_.snapshot_every_bytes,
        Snapshotter::Newest{snapshot.head.sequence, snapshot.bytes}, rebuilt->snapshot_covers_until);
    loop_->start(journal_.head(), journal_.bytes_since_snapshot());
    return {};
  }

  Status status() const {
    return {.durability = durability_,
            .epoch = state_.epoch(),
            .revision = state_.revision(),
            .sequence = loop_->sequence(),
            .snapshot_sequence = snapshotter_ ? snapshotter_->newest().sequence : 0,
            .pending = loop_->pending(),
            .bytes_since_snapshot = loop_->bytes_since_snapshot(),
            .snapshots = snapshotter_ ? snapshotter_->figures() : SnapshotFigures{},
            .time_lost = loop_->time_lost(),
            .refusing = loop_->refusing()};
  }

  void stop(std::function<void()> stopped) {
    if (snapshotter_) snapshotter_->stop();
    loop_->stop(std::move(stopped));
  }

  const lock::State& state() const { return state_; }
  Loop& loop() { return *loop_; }
  EventHub& events() { return events_; }
  Backups& backups() { return *backups_; }
  Documents& documents() { return *documents_; }

 private:
  boost::asio::io_context& io_;
  journal::Journal& journal_;
  const MonotonicClock& clock_;
  const WallClock& wall_;
  const Options options_;
  const journal::Durability durability_;
  lock::State state_;
  EventHub events_;
  SteadyAlarm alarm_;
  SteadyAlarm backup_alarm_;
  std::shared_ptr<Sweeper> sweeper_;
  std::unique_ptr<JournalRunner> runner_;
  std::shared_ptr<Snapshotter> snapshotter_;
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<Documents> documents_;
  std::shared_ptr<Backups> backups_;
};

Keeper::Keeper(boost::asio::io_context& io, journal::Journal& journal, const MonotonicClock& clock,
               const WallClock& wall, Options options, std::function<void(Error)> fatal)
    : core_(std::make_unique<Core>(io, journal, clock, wall, options, std::move(fatal))) {}

Keeper::~Keeper() = default;

void Keeper::observe(lock::EventObserver& observer) {
  core_->loop().observe(observer);
}

Result<void> Keeper::recover() {
  return core_->recover();
}

CallId Keeper::submit(lock::Command&& command, Call& call) {
  return core_->loop().submit(std::move(command), call);
}

void Keeper::leave(CallId id) {
  core_->loop().leave(id);
}

const lock::State& Keeper::state() const {
  return core_->state();
}

lock::JournalTime Keeper::now() const {
  return core_->loop().now();
}

void Keeper::when_durable(std::function<void()> then) {
  core_->loop().when_durable(std::move(then));
}

EventHub& Keeper::events() {
  return core_->events();
}

Backups& Keeper::backups() {
  return core_->backups();
}

Documents& Keeper::documents() {
  return core_->documents();
}

Status Keeper::status() const {
  return core_->status();
}

const Measurements& Keeper::measurements() const {
  return core_->loop().measurements();
}

void Keeper::stop(std::function<void()> stopped) {
  core_->stop(std::move(stopped));
}

}  // namespace holdfast::keeper
