#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "keeper/alarm.h"
#include "keeper/event_hub.h"
#include "keeper/follower.h"
#include "keeper/journal_runner.h"
#include "keeper/keeper.h"
#include "keeper/loop.h"
#include "keeper/position.h"
#include "keeper/snapshotter.h"
#include "keeper/sweeper.h"

// One of several servers on a journal that they share: a standby, which follows the journal and takes over
// when nothing new appears in it, and the keeper for as long as the journal takes its appends.
//
// Nothing here decides who leads; the journal does, by taking one entry N and refusing every other. So timers
// may be wrong, clocks may differ, and a server may believe that it leads long after another does: it cannot
// append, and tells nobody anything before it has (protocol.md 1, 4 and 8). Timers only keep servers from
// disturbing each other:
// - a standby waits `takeover_after` from its own first sight of the journal's head, by its own clock;
// - one that lost an append waits up to twice that, by chance, so that two do not meet again (protocol.md
// 14);
// - the keeper appends four times in `takeover_after`, if only the time.
//
// A takeover is an entry of the next epoch. Its state was evolved when it was decided, like every other; when
// the journal refuses it, the state is dropped and read again (protocol.md 9).

namespace holdfast::keeper {

enum class Role {
  standby,
  claiming,  // its takeover is on the way to the journal
  keeper,
  stopped,
};

class Member : public std::enable_shared_from_this<Member> {
 public:
  // All of these outlive the member, and lie on one thread.
  struct Parts {
    boost::asio::io_context& io;
    JournalRunner& runner;
    Alarm& alarm;       // for following
    Alarm& loop_alarm;  // for leading
    const MonotonicClock& clock;
    const WallClock& wall;
    EventHub& events;
    PositionStore& positions;
    std::function<double()> chance;  // in [0, 1), different on every server
    OpenStream open_stream = stream_on_a_thread;
  };
  struct Hooks {
    // The journal cannot be trusted, or followed, by this process: it must end without answering anybody.
    std::function<void(Error)> fatal;
    std::function<void(Role)> changed;
  };

  // options.takeover_after is not zero.
  Member(const Parts& parts, const Options& options, Hooks hooks);
  ~Member();

  // Begins to follow. Errors of the position's file; Errc::sealed and the like come by `fatal`.
  Result<void> start();

  // As a Keeper's. Who is no keeper refuses: `no_leader`. A reign that ends refuses what was not decided, and
  // every wait, with `no_leader`, and with `outcome_unknown` what may have been written.
  CallId submit(lock::Command&& command, Call& call);
  void leave(CallId id);

  // As a Loop's: what state() shows now may be told once this was true.
  void confirm(std::function<void(bool leads)> then);

  Role role() const { return role_; }
  // The keeper's with everything decided, a standby's as far as it has followed.
  const lock::State& state() const { return follower_.state(); }
  std::uint64_t snapshots_taken() const;

  // Ends the reign, or the following, as a Keeper's stop() does.
  void stop(std::function<void()> stopped);

 private:
  using Nanos = std::chrono::nanoseconds;
  struct Claim {
    journal::AppendId id;
    Bytes entry;
    Nanos patience{};
  };
  struct Reign;

  void look();
  void looked(Result<Follower::Look> look);
  void wait_and_see();
  void wake_in(Nanos delay);
  void claim();
  void append_claim();
  void claimed(const Result<journal::Append>& outcome);
  void lead();
  void fall_back();
  void remember();
  void fail(Error error);
  void become(Role role);
  void refuse(CallId id, Call& call);
  template <class Handler>
  auto alive(Handler handler);

  boost::asio::io_context& io_;
  JournalRunner& runner_;
  Alarm& alarm_;
  Alarm& loop_alarm_;
  const MonotonicClock& clock_;
  const WallClock& wall_;
  EventHub& events_;
  PositionStore& positions_;
  const std::function<double()> chance_;
  const OpenStream open_stream_;
  const Options options_;
  const Hooks hooks_;

  Role role_ = Role::standby;
  Follower follower_;
  Nanos seen_at_{};   // when the journal showed something new
  Nanos patience_{};  // how long it may show nothing
  Nanos remembered_at_{};
  std::optional<Claim> claim_;
  std::unique_ptr<Reign> reign_;
  CallId last_call_;
  std::map<CallId, Call*> refused_;  // told in a handler of its own
};

}  // namespace holdfast::keeper
