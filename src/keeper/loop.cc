#include "keeper/loop.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "base/assert.h"
#include "base/random.h"
#include "keeper/decision.h"
#include "lock/limits.h"

namespace holdfast::keeper {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kProbeEvery{1'000};
constexpr milliseconds kFirstRepeat{50};
constexpr milliseconds kLongestRepeat{1'000};
constexpr int kMaxPasses = 6;
constexpr const char* kStopping = "this server is stopping";

journal::AppendId random_id() {
  journal::AppendId id;
  fill_random(id);
  return id;
}

}  // namespace

Loop::Loop(const Parts& parts, const Options& options, Hooks hooks)
    : io_(parts.io),
      state_(parts.state),
      runner_(parts.runner),
      alarm_(parts.alarm),
      clock_(parts.clock),
      wall_(parts.wall),
      tick_(options.tick),
      takeover_after_(options.takeover_after),
      hooks_(std::move(hooks)),
      entry_clock_(parts.clock),
      calls_(measurements_.queued_seconds, parts.last_call),
      pending_(options.max_pending),
      outbox_(calls_, [this](lock::Abandon abandon) {
        pending_.push_abandon(std::move(abandon));
        schedule();
      }) {}

void Loop::start(const journal::Head& head, std::uint64_t bytes_since_snapshot) {
  HOLDFAST_ASSERT(!started_);
  started_ = true;
  head_ = head;
  bytes_since_snapshot_ = bytes_since_snapshot;
  entry_clock_.start(state_.time());
  guard_.start(clock_.now());
  schedule();
}

CallId Loop::submit(lock::Command&& command, Call& call) {
  HOLDFAST_ASSERT(started_);
  const CallId id = calls_.add(call, clock_.now());
  if (stopping_) {
    refuse(id, lock::Code::no_leader, kStopping);
  } else if (!pending_.push(id, std::move(command))) {
    refuse(id, lock::Code::overloaded, "too many commands are waiting to be decided");
  } else {
    schedule();
  }
  return id;
}

void Loop::leave(CallId id) {
  if (const std::optional<lock::WaiterId> waiter = calls_.leave(id)) {
    pending_.push_detach(lock::Detach{*waiter});
    schedule();
  }
}

void Loop::when_durable(std::function<void()> then) {
  if (flight_) {
    durable_.push_back(std::move(then));
  } else {
    then();
  }
}

void Loop::schedule() {
  if (scheduled_ || flight_ || probing_ || stopping_ || dead_) return;
  scheduled_ = true;
  passes_ = 0;
  gathered_ = 0;
  boost::asio::post(io_, alive([](Loop& self) { self.gather(); }));
}

// The handler of a post runs behind one more pass of the network. While passes bring more, an entry that
// keeps the network waiting should wait for one more itself.
void Loop::gather() {
  const bool brought = pending_.size() > gathered_;
  if (runner_.is_inline() && brought && ++passes_ < kMaxPasses) {
    gathered_ = pending_.size();
    return boost::asio::post(io_, alive([](Loop& self) { self.gather(); }));
  }
  scheduled_ = false;
  run();
}

void Loop::run() {
  if (dead_ || stopping_ || flight_ || probing_) return;
  const Nanos now = clock_.now();
  guard_.ran(now);
  if (reserved_) {
    decide_batch();
  } else if (!pending_.empty() || now >= probe_at_) {
    probe();
  } else {
    arm();
  }
}

// Room for the largest entry is reserved before anything is decided, because what is decided is in the state
// and cannot be taken back. Usually the append before has reserved it in passing.
void Loop::probe() {
  probing_ = true;
  const auto reserved = std::make_shared<Result<void>>();
  runner_.run([reserved](journal::Journal& journal) { *reserved = journal.reserve(lock::kMaxEntryBytes); },
              alive([reserved](Loop& self) { self.probed(*reserved); }));
  if (probing_) arm();
}

void Loop::probed(const Result<void>& reserved) {
  probing_ = false;
  back_from_journal();
  note_reserved(reserved);
  if (stopping_) return finish_stop();
  if (reserved_) return decide_batch();
  refuse_pending(lock::Code::journal_unavailable, refusing_->message());
  answer_asked(std::exchange(asked_, {}), false);
  flush();
  arm();
}

// Only a call on the loop's own thread kept it from reading sockets.
void Loop::back_from_journal() {
  const Nanos now = clock_.now();
  runner_.is_inline() ? guard_.resumed(now) : guard_.ran(now);
}

void Loop::note_reserved(const Result<void>& reserved) {
  reserved_ = reserved.has_value();
  refusing_ = reserved_ ? std::nullopt : std::optional(reserved.error());
  probe_at_ = clock_.now() + kProbeEvery;
}

void Loop::decide_batch() {
  const EntryClock::Sample sample = entry_clock_.sample();
  const auto bytes = std::make_shared<Bytes>();
  const DecideAt at{
      .time = sample.time,
      .wall = lock::WallTime(wall_.now()),
      .sequence = head_.sequence + 1,
      .may_expire = guard_.calm(),
      .record_time = (state_.has_deadline() && entry_clock_.since_entry() >= tick_) || must_show(),
      .now = sample.raw};
  Decision decision = decide(state_, pending_, calls_, at, *bytes, &observers_);
  unfinished_ = decision.unfinished;
  if (decision.has_entry) {
    entry_clock_.closed(sample);
    measurements_.commands_per_entry.add(static_cast<double>(decision.commands));
    measurements_.events_per_entry.add(static_cast<double>(decision.events));
    flight_.emplace(Flight{.id = random_id(),
                           .bytes = bytes,
                           .answers = std::move(decision.answers),
                           .asked = std::exchange(asked_, {}),
                           .eventful = decision.eventful,
                           .sent_at = clock_.now(),
                           .repeat_at = {},
                           .patience = kFirstRepeat});
    return append();
  }
  outbox_.add(decision.answers);
  if (unfinished_) schedule();
  flush();
  arm();
}

void Loop::append() {
  flight_->repeat_at.reset();
  const auto outcome = std::make_shared<Outcome>();
  runner_.run(
      [outcome, head = head_, id = flight_->id, bytes = flight_->bytes](journal::Journal& journal) {
        outcome->append = journal.append(head, id, *bytes);
        if (!outcome->append || *outcome->append != journal::Append::written) return;
        outcome->head = journal.head();
        outcome->reserved = journal.reserve(lock::kMaxEntryBytes);
        outcome->bytes_since_snapshot = journal.bytes_since_snapshot();
      },
      alive([outcome](Loop& self) { self.complete(*outcome); }));
  if (flight_) arm();
}

void Loop::complete(const Outcome& outcome) {
  if (dead_) return;
  back_from_journal();
  if (!outcome.append) return die(outcome.append.error());
  switch (*outcome.append) {
    case journal::Append::written:
      return written(outcome);
    case journal::Append::unknown:
      return outcome_unknown();
    case journal::Append::refused:
      // On an engine that can lose what was seen, the other entry may vanish and ours arrive late.
      return lost_append(flight_->doubtful ? lock::Code::outcome_unknown : lock::Code::no_leader);
    case journal::Append::overtaken:
      return lost_append(lock::Code::outcome_unknown);
  }
}

void Loop::written(const Outcome& outcome) {
  HOLDFAST_ASSERT(outcome.head.sequence == head_.sequence + 1);
  head_ = outcome.head;
  note_reserved(outcome.reserved);
  bytes_since_snapshot_ = outcome.bytes_since_snapshot;
  const Nanos took = clock_.now() - flight_->sent_at;
  measurements_.append_seconds.add(std::chrono::duration<double>(took).count());
  outbox_.add(flight_->answers, took);
  const bool quiet = !flight_->eventful && pending_.empty();
  std::vector<std::function<void(bool)>> asked = std::move(flight_->asked);
  flight_.reset();
  const std::vector<std::function<void()>> durable = std::exchange(durable_, {});
  if (hooks_.durable) hooks_.durable(head_, outcome.bytes_since_snapshot, quiet);
  // With a thread for the journal the next entry sets out before this one's answers are written to sockets.
  if (unfinished_ || !pending_.empty() || !asked_.empty()) runner_.is_inline() ? schedule() : run();
  flush();
  answer_asked(std::move(asked), true);
  for (const auto& then : durable) then();
  if (stopping_ && !flight_) return finish_stop();
  arm();
}

// The same bytes again until the position is seen to be taken (protocol.md 2). Nothing else is decided
// before.
void Loop::outcome_unknown() {
  ++measurements_.unknown_appends;
  if (stopping_) return finish_stop();
  if (shared() && clock_.now() - flight_->sent_at >= 2 * takeover_after_) {
    return lost_append(lock::Code::outcome_unknown);
  }
  flight_->doubtful = true;
  flight_->repeat_at = clock_.now() + flight_->patience;
  flight_->patience = std::min<Nanos>(2 * flight_->patience, kLongestRepeat);
  arm();
}

void Loop::die(Error error) {
  dead_ = true;
  alarm_.cancel();
  hooks_.fatal(std::move(error));
}

void Loop::stop(std::function<void()> stopped) {
  HOLDFAST_ASSERT(!stopping_);
  stopping_ = true;
  stopped_ = std::move(stopped);
  alarm_.cancel();
  const bool in_journal = probing_ || (flight_ && !flight_->repeat_at);
  if (!in_journal) boost::asio::post(io_, alive([](Loop& self) { self.finish_stop(); }));
}

// Nothing is in the journal's hands any more.
void Loop::finish_stop() {
  if (dead_ || !stopped_) return;
  refuse_all(lock::Code::outcome_unknown, kStopping);
  boost::asio::post(io_, std::exchange(stopped_, {}));
}

// What was never decided is refused, and so is every wait: the next keeper goes on with those that can be
// repeated and withdraws the others.
void Loop::refuse_all(lock::Code in_flight, const char* why) {
  if (flight_) {
    const char* const detail =
        in_flight == lock::Code::outcome_unknown ? "the journal did not say whether it was written" : why;
    for (Answer& answer : flight_->answers) {
      if (answer.call) refuse(answer.call, in_flight, detail);
    }
    answer_asked(std::move(flight_->asked), false);
    flight_.reset();
    durable_.clear();
  }
  answer_asked(std::exchange(asked_, {}), false);
  refuse_pending(lock::Code::no_leader, why);
  flush();
  calls_.end_waits();
  for (const CallId call : calls_.all()) refuse(call, lock::Code::no_leader, why);
  flush();
}

void Loop::refuse(CallId call, lock::Code code, std::string detail) {
  outbox_.add(Answer{.call = call,
                     .revision = state_.revision(),
                     .reply = lock::Refused{.code = code, .detail = std::move(detail)}});
  if (flush_posted_) return;
  flush_posted_ = true;
  boost::asio::post(io_, alive([](Loop& self) {
                      self.flush_posted_ = false;
                      if (!self.dead_) self.flush();
                    }));
}

void Loop::refuse_pending(lock::Code code, const std::string& detail) {
  for (const PendingCommand& pending : pending_.take_of_clients()) refuse(pending.call, code, detail);
}

void Loop::flush() {
  outbox_.flush(flight_ ? flight_->answers : nothing_in_flight_);
}

}  // namespace holdfast::keeper
