#include <utility>

#include "client.h"
#include "orders.h"

// Acquires that open a lease of their own.

namespace holdfast::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace

void Client::lock(std::size_t keys) {
  lock::Acquire acquire = draw_acquire(random_, plan_, id_, keys);
  if (acquire.request && (!last_ || random_.one_in(3))) last_ = acquire;
  const bool repeats = bool(acquire.request);
  ask(std::move(acquire), manner(repeats), [this](const Told* told) { acquired(told, {}); });
}

// Names are never used for another lease: a release by alias that comes late must not end what is taken
// later.
void Client::lock_by_alias() {
  lock::Acquire acquire = draw_acquire(random_, plan_, id_, 1);
  acquire.items.front() = {.key = acquire.items.front().key};
  acquire.alias = draw_alias(random_, lock::Dialect::redlock, random_.one_in(2));
  acquire.on_held =
      random_.pick({lock::OnHeld::refuse, lock::OnHeld::extend_alias, lock::OnHeld::refuse_alias});
  acquire.wait = lock::Millis(0);
  const lock::Alias alias = acquire.alias;
  ask(std::move(acquire), manner(true), [this, alias](const Told* told) { acquired(told, alias); });
}

void Client::extend_by_alias() {
  Tenure* const tenure = tenures_.any([](const Tenure& t) {
    return t.alias.dialect == lock::Dialect::redlock && is_extended(t.alias) && t.keys.size() == 1;
  });
  if (tenure == nullptr) return;
  lock::Acquire acquire = draw_acquire(random_, plan_, id_, 1);
  acquire.items = {{.key = tenure->keys.begin()->first}};
  acquire.alias = tenure->alias;
  acquire.on_held = random_.pick({lock::OnHeld::extend_alias, lock::OnHeld::refuse_alias});
  acquire.wait = lock::Millis(0);
  const lock::Alias alias = acquire.alias;
  ask(std::move(acquire), manner(true), [this, alias](const Told* told) { acquired(told, alias); });
}

void Client::lock_each() {
  const Tenure* const tenure = tenures_.any(
      [](const Tenure& t) { return t.alias.dialect == lock::Dialect::keys && is_extended(t.alias); });
  lock::AcquireEach each;
  each.keys = draw_keys(random_, plan_, static_cast<std::size_t>(random_.between(1, 3)));
  each.ttl = draw_ttl(random_, plan_);
  each.principal = principal_of(id_);
  each.owner = each.principal;
  each.alias = draw_alias(random_, lock::Dialect::keys, random_.one_in(2));
  if (tenure != nullptr && random_.one_in(2)) each.alias = tenure->alias;
  const lock::Alias alias = each.alias;
  ask(std::move(each), manner(true), [this, alias](const Told* told) {
    const auto* all = reply_of<lock::AcquiredEach>(told);
    if (all == nullptr) return;
    for (const lock::Acquired& one : all->each) {
      tenures_.began(one, alias);
      if (draining_) tenures_.release(one.lease.id);
    }
  });
}

void Client::poll() {
  lock::Acquire acquire = draw_acquire(random_, plan_, id_, 1);
  acquire.items.front() = {.key = acquire.items.front().key};
  acquire.alias = draw_alias(random_, lock::Dialect::terraform, false);
  acquire.on_held = lock::OnHeld::refuse_alias;
  acquire.request = draw_tag(random_);
  acquire.wait = lock::Millis(0);
  acquire.claim = lock::Millis(0);
  acquire.reattach = lock::Millis(random_.between(1'000, 40'000));
  acquire.polls = true;
  poll_again(acquire, static_cast<int>(random_.between(1, 12)));
}

void Client::poll_again(const lock::Acquire& acquire, int left) {
  if (left == 0 || draining_) return;
  ask(acquire, manner(false), [this, acquire, left](const Told* told) {
    if (reply_of<lock::Acquired>(told) != nullptr) return acquired(told, acquire.alias);
    after(random_.spread(milliseconds(50), seconds(4)),
          [this, acquire, left] { poll_again(acquire, left - 1); });
  });
}

void Client::cancel() {
  const std::vector<Asker::Waiting> waiting = asker_.waiting();
  if (waiting.empty()) return;
  const Asker::Waiting& wait = waiting[random_.below(waiting.size())];
  if (wait.request) ask(lock::Cancel{wait.request}, manner(true), [](const Told*) {});
}

void Client::hang_up() {
  const std::vector<Asker::Waiting> waiting = asker_.waiting();
  if (!waiting.empty()) asker_.forget(waiting[random_.below(waiting.size())].ask);
}

void Client::repeat() {
  if (random_.one_in(3)) return tenures_.repeat_release();
  if (!last_ || repeating_) return;
  repeating_ = true;
  ask(*last_, manner(true), [this](const Told* told) {
    repeating_ = false;
    acquired(told, {});
  });
}

void Client::reuse_id() {
  if (!last_) return;
  lock::Acquire other = draw_acquire(random_, plan_, id_, 1);
  other.request = last_->request;
  other.request.fingerprint ^= 1;
  ask(std::move(other), manner(false), [this](const Told* told) { acquired(told, {}); });
}

}  // namespace holdfast::sim
