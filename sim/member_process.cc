#include <utility>

#include <boost/asio/io_context.hpp>

#include "keeper/event_hub.h"
#include "keeper/member.h"
#include "process.h"
#include "virtual_alarm.h"
#include "virtual_runner.h"

namespace holdfast::sim {
namespace {

constexpr std::uint64_t kBytesPerEntry = 1'024;  // what the snapshotter counts for an entry at least

class MemberProcess final : public Process {
 public:
  explicit MemberProcess(Parts parts)
      : parts_(std::move(parts)),
        journal_(parts_.store.open([] { return true; })),
        alarm_(parts_.machine),
        loop_alarm_(parts_.machine),
        runner_(parts_.machine, *journal_, parts_.store.weather(), parts_.random.fork()),
        member_(std::make_shared<keeper::Member>(
            keeper::Member::Parts{
                .io = io_,
                .runner = runner_,
                .alarm = alarm_,
                .loop_alarm = loop_alarm_,
                .clock = parts_.machine.clock(),
                .wall = parts_.machine.wall(),
                .events = events_,
                .positions = parts_.positions,
                .chance = [this] { return static_cast<double>(parts_.random.below(1'000)) / 1'000; },
                .open_stream = keeper::stream_in_place},
            keeper::Options{.append_inline = false,
                            .snapshot_every_bytes = parts_.options.snapshot_every_entries * kBytesPerEntry,
                            .takeover_after = parts_.options.takeover_after},
            keeper::Member::Hooks{.fatal = parts_.fatal, .changed = {}})) {}

  Result<void> start() override { return member_->start(); }
  void poll() override {
    io_.restart();
    io_.poll();
  }
  keeper::CallId submit(lock::Command&& command, keeper::Call& call) override {
    return member_->submit(std::move(command), call);
  }
  void leave(keeper::CallId id) override { member_->leave(id); }
  void confirm(std::function<void(bool)> then) override { member_->confirm(std::move(then)); }
  const lock::State& state() const override { return member_->state(); }
  bool leads() const override { return member_->role() == keeper::Role::keeper; }
  bool claims() const override { return member_->role() == keeper::Role::claiming; }

 private:
  Parts parts_;
  boost::asio::io_context io_{1};
  std::unique_ptr<journal::Journal> journal_;
  VirtualAlarm alarm_;
  VirtualAlarm loop_alarm_;
  keeper::EventHub events_;
  VirtualRunner runner_;
  std::shared_ptr<keeper::Member> member_;
};

}  // namespace

std::unique_ptr<Process> make_member_process(Process::Parts parts) {
  return std::make_unique<MemberProcess>(std::move(parts));
}

}  // namespace holdfast::sim
