#include "keeper/decision.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "lock/batch.h"

namespace holdfast::keeper {
namespace {

// Room is made ahead for as many commands; a batch that is full has fewer than this, or small ones.
constexpr std::size_t kExpectAtMost = 1'024;

class Maker {
 public:
  Maker(lock::State& state, CallTable& calls, const DecideAt& at, lock::EventObserver* observer)
      : calls_(calls), now_(at.now), batch_(state, at.time, at.wall, observer) {}

  void expect(std::size_t commands) {
    batch_.expect(commands);
    answers_.reserve(commands);
  }

  lock::Batch& batch() { return batch_; }

  std::size_t commands() const { return commands_; }

  void execute(const PendingCommand& pending) {
    if (is_moot(pending)) return;
    ++commands_;
    const std::size_t answers_before = batch_.answers().size();
    batch_.execute(lock::Ticket{pending.call.value}, pending.command);
    // A later command of this batch must see who is attached.
    for (const lock::Waiting& waiting : batch_.waiting()) {
      calls_.attach(CallId{waiting.ticket.value}, waiting.waiter);
    }
    batch_.waiting().clear();
    for (std::size_t i = answers_before; i < batch_.answers().size(); ++i) {
      take_answer(batch_.answers()[i], pending.command);
    }
  }

  std::vector<Answer> answers() {
    for (lock::WaiterAnswer& ended : batch_.waiter_answers()) take_waiter_answer(ended);
    return std::move(answers_);
  }

 private:
  // What its sender no longer wants, or what has been overtaken since the keeper wanted it.
  bool is_moot(const PendingCommand& pending) {
    if (const auto* detach = std::get_if<lock::Detach>(&pending.command))
      return calls_.attached(detach->waiter);
    const bool wanted = calls_.take_up(pending.call, now_);
    const bool opens = std::holds_alternative<lock::Acquire>(pending.command) ||
                       std::holds_alternative<lock::AcquireEach>(pending.command) ||
                       std::holds_alternative<lock::OpenLease>(pending.command);
    return opens && !wanted;
  }

  void take_answer(lock::Answer& answer, const lock::Command& command) {
    const CallId call{answer.ticket.value};
    if (!call) return;  // the keeper's own command
    const auto* const acquired = std::get_if<lock::Acquired>(&answer.reply);
    const bool fresh = acquired != nullptr && std::ranges::any_of(acquired->grants, &lock::Grant::fresh);
    Answer& kept = answers_.emplace_back(call, answer.revision, std::move(answer.reply), fresh);
    if (fresh) kept.reattach = std::get<lock::Acquire>(command).reattach;
  }

  void take_waiter_answer(lock::WaiterAnswer& ended) {
    const bool granted = std::holds_alternative<lock::Acquired>(ended.reply);
    std::vector<CallId> attached = calls_.finish(ended.waiter);
    if (attached.empty()) {
      if (!granted) return;
      attached.push_back(CallId{});  // whom nobody can be told of: the outbox abandons it
    }
    for (const CallId call : attached) {
      answers_.push_back({.call = call,
                          .revision = ended.revision,
                          .reply = ended.reply,
                          .fresh = granted,
                          .reattach = ended.reattach});
    }
  }

  CallTable& calls_;
  const std::chrono::nanoseconds now_;
  std::size_t commands_ = 0;
  lock::Batch batch_;
  std::vector<Answer> answers_;
};

}  // namespace

Decision decide(lock::State& state, Pending& pending, CallTable& calls, const DecideAt& at, Bytes& entry,
                lock::EventObserver* observer) {
  std::optional<SetDigest> digest;
  if (at.sequence % kDigestEvery == 0) digest = state.digest();

  Maker maker(state, calls, at, observer);
  lock::Batch& batch = maker.batch();
  maker.expect(std::min<std::size_t>(pending.size(), kExpectAtMost));
  const auto execute = [&](const PendingCommand& command) { maker.execute(command); };
  while (!batch.full() && pending.take_urgent(execute)) {
  }
  if (at.may_expire) batch.expire();
  while (!batch.full() && pending.take_other(execute)) {
  }
  batch.settle();
  if (!batch.has_entry() && at.record_time) batch.tick();

  if (batch.has_entry()) batch.write_entry(digest, entry);
  return {.answers = maker.answers(),
          .has_entry = batch.has_entry(),
          .eventful = batch.event_count() > 0,
          .unfinished = batch.unfinished() || !pending.empty(),
          .commands = maker.commands(),
          .events = batch.event_count()};
}

}  // namespace holdfast::keeper
