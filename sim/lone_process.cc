#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "keeper/event_hub.h"
#include "keeper/loop.h"
#include "keeper/recovery.h"
#include "keeper/takeover.h"
#include "lock/snapshot.h"
#include "process.h"
#include "virtual_alarm.h"
#include "virtual_runner.h"

namespace holdfast::sim {
namespace {

constexpr std::size_t kRecordsPerSlice = 20;

class LoneProcess final : public Process {
 public:
  explicit LoneProcess(Parts parts)
      : parts_(std::move(parts)),
        journal_(parts_.store.open([this] { return leads_; })),
        alarm_(parts_.machine),
        runner_(parts_.machine, *journal_, parts_.store.weather(), parts_.random.fork()) {}

  Result<void> start() override {
    Machine& machine = parts_.machine;
    if (const auto rebuilt = keeper::rebuild(state_, *journal_, machine.clock(), events_); !rebuilt) {
      return rebuilt.error();
    }
    if (auto leads = keeper::take_over(state_, *journal_, machine.wall(), events_); !leads) return leads;
    leads_ = true;
    loop_ = std::make_shared<keeper::Loop>(
        keeper::Loop::Parts{io_, state_, runner_, alarm_, machine.clock(), machine.wall()}, keeper::Options{},
        keeper::Loop::Hooks{
            .fatal = parts_.fatal,
            .durable = [this](const journal::Head& head, std::uint64_t, bool) { durable(head); }});
    snapshot_at_ = journal_->head().sequence;
    loop_->start(journal_->head(), 0);
    return {};
  }

  void poll() override {
    io_.restart();
    io_.poll();
  }
  keeper::CallId submit(lock::Command&& command, keeper::Call& call) override {
    return loop_->submit(std::move(command), call);
  }
  void leave(keeper::CallId id) override { loop_->leave(id); }
  void confirm(std::function<void(bool)> then) override { loop_->confirm(std::move(then)); }
  const lock::State& state() const override { return state_; }
  bool leads() const override { return leads_; }
  bool claims() const override { return false; }

 private:
  // A snapshot is swept a few records at a time, so that much changes meanwhile.
  void durable(const journal::Head& head) {
    if (!sweep_ && head.sequence >= snapshot_at_ + parts_.options.snapshot_every_entries) {
      snapshot_head_ = head;
      snapshot_.clear();
      sweep_.emplace(state_);
    }
    if (sweep_ && !sweep_->next(kRecordsPerSlice, snapshot_)) keep_snapshot();
  }

  void keep_snapshot() {
    sweep_.reset();
    snapshot_at_ = snapshot_head_.sequence;
    runner_.run(
        [head = snapshot_head_, bytes = std::move(snapshot_)](journal::Journal& journal) {
          auto writer = journal.begin_snapshot(head);
          if (writer && (*writer)->write(bytes) && (*writer)->commit()) (void)journal.trim();
        },
        [] {});
  }

  Parts parts_;
  boost::asio::io_context io_{1};
  std::unique_ptr<journal::Journal> journal_;
  VirtualAlarm alarm_;
  lock::State state_;
  keeper::EventHub events_;
  VirtualRunner runner_;
  std::shared_ptr<keeper::Loop> loop_;
  std::optional<lock::SnapshotSweep> sweep_;
  journal::Head snapshot_head_;
  Bytes snapshot_;
  std::uint64_t snapshot_at_ = 0;
  bool leads_ = false;
};

}  // namespace

std::unique_ptr<Process> make_lone_process(Process::Parts parts) {
  return std::make_unique<LoneProcess>(std::move(parts));
}

}  // namespace holdfast::sim
