#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "keeper/alarm.h"
#include "keeper/calls.h"
#include "keeper/entry_clock.h"
#include "keeper/journal_runner.h"
#include "keeper/keeper.h"
#include "keeper/observers.h"
#include "keeper/outbox.h"
#include "keeper/pending.h"
#include "keeper/stall_guard.h"

// The keeper's loop: gather, decide, append, answer; then again.
//
// At most one entry is in flight. What comes meanwhile gathers, and is decided the moment the append is done,
// so the append in flight is the only window for a batch: no timer, no lingering. Because nothing is decided
// while an entry is in flight, whatever a batch sees is durable once its own entry is (or was before, when it
// makes none), and its answers wait for nothing else.
//
// An inline append takes the loop's own time, so the batch is decided in a posted handler: by then the
// network pass that brought the first command has brought its neighbours, and as long as passes bring more, a
// few more of them are waited for.

namespace holdfast::keeper {

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  using Nanos = std::chrono::nanoseconds;

  struct Parts {
    boost::asio::io_context& io;
    lock::State& state;
    JournalRunner& runner;
    Alarm& alarm;
    const MonotonicClock& clock;
    const WallClock& wall;
    CallId last_call{};  // of the reign before: ids go on behind it
  };
  struct Hooks {
    std::function<void(Error)> fatal;
    // Another server leads, or may: the state is no more the journal's, everybody has been answered, and the
    // loop is done. From a handler of its own. Without it, an append by somebody else is fatal.
    std::function<void()> deposed = {};
    // The state is exactly the one after `head`, which is durable. `quiet`: nobody is waiting for the keeper.
    std::function<void(const journal::Head& head, std::uint64_t bytes_since_snapshot, bool quiet)> durable;
  };

  Loop(const Parts& parts, const Options& options, Hooks hooks);

  // The state is recovered up to `head`, the takeover entry.
  void start(const journal::Head& head, std::uint64_t bytes_since_snapshot = 0);
  void observe(lock::EventObserver& observer) { observers_.add(observer); }
  CallId submit(lock::Command&& command, Call& call);
  void leave(CallId id);
  void when_durable(std::function<void()> then);
  // Calls back once it is known whether this server still led when it was asked, and all that the state
  // showed then is durable.
  void confirm(std::function<void(bool leads)> then);
  void stop(std::function<void()> stopped);

  lock::JournalTime now() const { return entry_clock_.sample().time; }
  std::uint64_t sequence() const { return head_.sequence; }
  std::size_t pending() const { return pending_.size(); }
  CallId last_call() const { return calls_.last(); }
  std::uint64_t bytes_since_snapshot() const { return bytes_since_snapshot_; }
  Nanos time_lost() const { return entry_clock_.lost(); }
  const std::optional<Error>& refusing() const { return refusing_; }
  const Measurements& measurements() const { return measurements_; }

 private:
  // An entry that is decided and not yet known to be durable.
  struct Flight {
    journal::AppendId id;
    std::shared_ptr<const Bytes> bytes;
    std::vector<Answer> answers;
    std::vector<std::function<void(bool)>> asked;  // before it was sent
    bool eventful = false;
    bool doubtful = false;           // an outcome was unknown
    Nanos sent_at{};                 // first
    std::optional<Nanos> repeat_at;  // the last try's outcome is unknown
    Nanos patience{};
  };
  struct Outcome {
    Result<journal::Append> append;
    journal::Head head;
    Result<void> reserved;
    std::uint64_t bytes_since_snapshot = 0;
  };

  void schedule();
  void gather();
  void run();
  void probe();
  void probed(const Result<void>& reserved);
  void decide_batch();
  void append();
  void complete(const Outcome& outcome);
  void written(const Outcome& outcome);
  void outcome_unknown();
  void die(Error error);
  void finish_stop();
  void refuse_all(lock::Code in_flight, const char* why);

  bool shared() const { return takeover_after_ > Nanos{0}; }
  Nanos heartbeat() const { return takeover_after_ / 4; }
  bool must_show() const;
  void lost_append(lock::Code in_flight);
  void answer_asked(std::vector<std::function<void(bool)>> asked, bool leads);

  void back_from_journal();
  void note_reserved(const Result<void>& reserved);
  void refuse(CallId call, lock::Code code, std::string detail);
  void refuse_pending(lock::Code code, const std::string& detail);
  void flush();
  void arm();
  std::optional<Nanos> next_wake(Nanos now) const;
  void ring();

  // A handler that does nothing when the loop is gone by then.
  template <class Handler>
  auto alive(Handler handler) {
    return [weak = weak_from_this(), handler = std::move(handler)] {
      if (const std::shared_ptr<Loop> self = weak.lock()) handler(*self);
    };
  }

  boost::asio::io_context& io_;
  lock::State& state_;
  JournalRunner& runner_;
  Alarm& alarm_;
  const MonotonicClock& clock_;
  const WallClock& wall_;
  const std::chrono::milliseconds tick_;
  const Nanos takeover_after_;
  Hooks hooks_;

  EntryClock entry_clock_;
  StallGuard guard_;
  Measurements measurements_;
  Observers observers_;
  CallTable calls_;
  Pending pending_;
  Outbox outbox_;
  journal::Head head_;
  std::uint64_t bytes_since_snapshot_ = 0;
  std::optional<Flight> flight_;
  std::vector<std::function<void()>> durable_;
  std::vector<std::function<void(bool)>> asked_;  // since the last append was sent
  std::vector<Answer> nothing_in_flight_;
  std::optional<Error> refusing_;
  Nanos probe_at_{};
  std::optional<Nanos> armed_;
  std::function<void()> stopped_;
  bool started_ = false;
  bool reserved_ = false;
  bool probing_ = false;
  bool scheduled_ = false;
  int passes_ = 0;            // of the network, since it was scheduled
  std::size_t gathered_ = 0;  // commands that the passes so far have brought
  bool flush_posted_ = false;
  bool unfinished_ = false;
  bool stopping_ = false;
  bool dead_ = false;
};

}  // namespace holdfast::keeper
