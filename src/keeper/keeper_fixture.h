#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "keeper/alarm.h"
#include "keeper/documents.h"
#include "keeper/event_hub.h"
#include "keeper/loop.h"
#include "keeper/recovery.h"
#include "keeper/takeover.h"
#include "lock/entry.h"

// What the keeper's tests share: clocks and an alarm that are moved by hand, a journal that fails on demand,
// and a loop over them whose network passes are run by hand.

namespace holdfast::keeper::testing {

using namespace std::chrono_literals;

class FakeClock final : public MonotonicClock {
 public:
  std::chrono::nanoseconds now() const override { return std::chrono::nanoseconds(now_.load()); }
  void move(std::chrono::nanoseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_ = std::chrono::nanoseconds(77s).count();
};

class FakeWallClock final : public WallClock {
 public:
  std::chrono::milliseconds now() const override { return std::chrono::milliseconds(1'800'000'000'000); }
};

class FakeAlarm final : public Alarm {
 public:
  explicit FakeAlarm(const MonotonicClock& clock) : clock_(clock) {}

  void set(std::chrono::nanoseconds delay, std::function<void()> ring) override {
    due_ = clock_.now() + delay;
    ring_ = std::move(ring);
  }
  void cancel() override { due_.reset(); }
  bool is_set() const { return due_.has_value(); }
  bool is_due(std::chrono::nanoseconds at) const { return due_ && *due_ <= at; }
  std::chrono::nanoseconds due() const { return *due_; }
  void ring() {
    due_.reset();
    std::exchange(ring_, {})();
  }

 private:
  const MonotonicClock& clock_;
  std::optional<std::chrono::nanoseconds> due_;
  std::function<void()> ring_;
};

// A memory journal, with faults. Faults may be set from the test's thread while another thread appends.
class FaultyJournal final : public journal::Journal {
 public:
  FaultyJournal() : FaultyJournal(journal::open("memory:", {}, [](std::string) {}).value()) {}
  explicit FaultyJournal(std::unique_ptr<journal::Journal> inner) : inner_(std::move(inner)) {}

  void set_full(bool full) { full_ = full; }
  void fail_appends() { failing_ = true; }
  // The next appends come to this instead of being written; `unknown` ones are not written.
  void answer_next(journal::Append outcome) {
    const std::lock_guard guard(mutex_);
    scripted_.push_back(outcome);
  }
  // Appends wait while this is on.
  void hold(bool on) { set(held_, on); }
  void hold_reservations(bool on) { set(reservations_held_, on); }
  // Runs within every append. Only where the test's thread appends.
  void during_append(std::function<void()> what) { during_append_ = std::move(what); }
  void fail_snapshots(bool on) { failing_snapshots_ = on; }
  int appends() const { return appends_; }
  int snapshots_begun() const { return snapshots_begun_; }
  std::vector<journal::AppendId> ids() {
    const std::lock_guard guard(mutex_);
    return ids_;
  }
  // The entries of all appends, those that failed among them.
  std::vector<Bytes> sent() {
    const std::lock_guard guard(mutex_);
    return sent_;
  }

  journal::Durability durability() const override { return inner_->durability(); }
  journal::Head head() const override { return inner_->head(); }
  Result<void> refresh() override { return inner_->refresh(); }
  Result<void> reserve(std::size_t bytes) override {
    {
      std::unique_lock guard(mutex_);
      changed_.wait(guard, [this] { return !reservations_held_; });
    }
    if (full_) return Error{journal::make_error_code(journal::Errc::no_space), "the disk is full"};
    return inner_->reserve(bytes);
  }
  Result<journal::Append> append(const journal::Head& previous, const journal::AppendId& id,
                                 ByteView entry) override;
  Result<void> read(std::uint64_t first, const Visit& visit) override { return inner_->read(first, visit); }
  std::optional<journal::SnapshotInfo> latest_snapshot() const override { return inner_->latest_snapshot(); }
  Result<void> read_snapshot(const std::function<Result<void>(ByteView)>& visit) override {
    return inner_->read_snapshot(visit);
  }
  Result<std::unique_ptr<journal::SnapshotWriter>> begin_snapshot(const journal::Head& head) override {
    ++snapshots_begun_;
    if (failing_snapshots_) return Error{journal::make_error_code(journal::Errc::no_space), "no room"};
    return inner_->begin_snapshot(head);
  }
  Result<void> trim() override { return inner_->trim(); }
  std::uint64_t bytes_since_snapshot() const override { return inner_->bytes_since_snapshot(); }
  journal::Objects& objects() override { return inner_->objects(); }

 private:
  void set(bool& what, bool on) {
    {
      const std::lock_guard guard(mutex_);
      what = on;
    }
    changed_.notify_all();
  }

  std::unique_ptr<journal::Journal> inner_;
  std::atomic<bool> full_ = false;
  std::atomic<bool> failing_ = false;
  std::atomic<bool> failing_snapshots_ = false;
  std::atomic<int> appends_ = 0;
  std::atomic<int> snapshots_begun_ = 0;
  std::function<void()> during_append_;
  std::deque<journal::Append> scripted_;
  std::vector<journal::AppendId> ids_;
  std::vector<Bytes> sent_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool reservations_held_ = false;
};

struct Client final : Call {
  void answered(lock::Revision at, const lock::Reply& what, const Timing& took) override {
    ++answers;
    revision = at;
    reply = what;
    timing = took;
    if (then) then();
  }
  const lock::Acquired* granted() const { return reply ? std::get_if<lock::Acquired>(&*reply) : nullptr; }
  const lock::Refused* refused() const { return reply ? std::get_if<lock::Refused>(&*reply) : nullptr; }
  bool refused_with(lock::Code code) const { return refused() != nullptr && refused()->code == code; }
  lock::LeaseId lease() const { return granted()->lease.id; }

  int answers = 0;
  lock::Revision revision;
  std::optional<lock::Reply> reply;
  Timing timing;
  std::function<void()> then;
};

inline lock::Acquire acquire(std::string key, lock::Millis wait = 0ms, lock::Millis ttl = 30s) {
  lock::Acquire command;
  command.items.push_back({.key = std::move(key)});
  command.ttl = ttl;
  command.wait = wait;
  command.principal = "tester";
  command.owner = "test";
  return command;
}

inline lock::RequestTag tag(std::uint64_t number) {
  return {.id = {number, 1}, .fingerprint = number};
}

enum class Runner { inline_, threaded };

// A keeper's loop without a network.
class World {
 public:
  explicit World(Runner kind = Runner::inline_, Options options = {});
  ~World();

  // The loop runs until nothing is ready.
  void pass();
  // Passes until `what` is true; fails the test when it does not come true.
  template <class What>
  void until(What what);
  // Time goes by while the loop runs as it should.
  void advance(std::chrono::nanoseconds by);
  // Time goes by while the process is stopped; then alarm and `arrives` (what sockets held) are ready
  // together.
  void stall(std::chrono::nanoseconds by, const std::function<void()>& arrives = {});

  // Submits and passes until the answer is there.
  void ask(lock::Command command, Client& client);
  std::vector<lock::Entry> entries();
  std::size_t holders(std::string_view key) const;
  std::size_t queued(std::string_view key) const;
  // Documents of what is below.
  std::shared_ptr<Documents> make_documents();

  boost::asio::io_context io;
  FakeClock clock;
  FakeWallClock wall;
  FaultyJournal journal;
  FakeAlarm alarm{clock};
  lock::State state;
  EventHub events;
  std::optional<Error> fatal;
  std::function<void()> on_durable;
  std::shared_ptr<Loop> loop;
  int quiet_entries = 0;

 private:
  std::unique_ptr<JournalRunner> runner_;
};

template <class What>
void World::until(What what) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!what()) {
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "did not come true";
      return;
    }
    io.restart();
    io.run_one_for(5ms);
  }
}

}  // namespace holdfast::keeper::testing
