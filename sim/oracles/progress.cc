#include "progress.h"

#include <fmt/format.h>

#include "workload/orders.h"

namespace holdfast::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Nanos kLook = seconds(1);
constexpr Nanos kAnswered = seconds(90);  // by when every question is
constexpr Nanos kLocked = minutes(5);     // by when every key can be: ttl, lock delay, slow clocks

}  // namespace

Progress::Progress(const Parts& parts)
    : parts_(parts),
      janitor_(parts.schedule),
      asker_({parts.plan.clients, janitor_, parts.network, parts.endpoints, parts.referee,
              parts_.random.fork(), parts.connections}) {
  asker_.insist();
}

bool Progress::await(const std::function<bool()>& done, Nanos at_most, const std::string& what,
                     const RunUntil& run_until) {
  const Nanos end = parts_.schedule.now() + at_most;
  while (!done()) {
    if (parts_.schedule.now() >= end) {
      parts_.referee.violation(fmt::format("not so after {} s without faults: {}",
                                           std::chrono::duration_cast<seconds>(at_most).count(), what));
      return false;
    }
    if (!run_until(parts_.schedule.now() + kLook)) return false;
  }
  return true;
}

void Progress::finish(const std::function<std::size_t()>& open_questions, const RunUntil& run_until) {
  const auto answered = [&] { return open_questions() == 0; };
  if (!await(answered, kAnswered, "every question is answered", run_until)) return;
  break_endless();
  const auto nothing_open = [&] { return asker_.open() == 0; };
  if (!await(nothing_open, kAnswered, "holds without expiry can be broken", run_until)) return;
  lock_every_key();
  await([&] { return left_ == 0; }, kLocked, "every key can be locked", run_until);
}

void Progress::break_endless() {
  const lock::State& state = parts_.referee.truth().state();
  for (std::size_t slot = 0; slot < state.holds().slots(); ++slot) {
    const lock::Hold* const hold = state.holds().at_slot(slot);
    if (hold == nullptr || state.leases()[hold->lease].expires != lock::kNever) continue;
    lock::Break command{
        .key = std::string(state.locks()[hold->lock].key.view()), .target = hold->token, .now = true};
    asker_.ask(lock::Command(std::move(command)), {}, [](const Asker::Told*) {});
  }
}

void Progress::lock_every_key() {
  left_ = parts_.plan.keys;
  for (std::uint32_t key = 0; key < parts_.plan.keys; ++key) lock(key_name(key));
}

// Settings may shorten the wait, so it asks again.
void Progress::lock(const std::string& key) {
  lock::Acquire acquire{.ttl = lock::Millis(1'000),
                        .wait = seconds(30),
                        .principal = "janitor",
                        .owner = "janitor",
                        .request = draw_tag(parts_.random),
                        .administers = true};
  acquire.items.push_back({.key = key});
  asker_.ask(lock::Command(std::move(acquire)), {}, [this, key](const Asker::Told* told) {
    if (const auto* acquired = reply_of<lock::Acquired>(told)) {
      --left_;
      asker_.ask(lock::Command(lock::Release{.lease = acquired->lease.id, .keys = {}}), {},
                 [](const Asker::Told*) {});
    } else {
      janitor_.after(seconds(1), [this, key] { lock(key); });
    }
  });
}

}  // namespace holdfast::sim
