#include <algorithm>
#include <utility>

#include "client.h"
#include "orders.h"

// What is done under a lease that the client already has.

namespace holdfast::sim {

void Client::open_session() {
  lock::OpenLease open{
      .ttl = draw_ttl(random_, plan_), .principal = principal_of(id_), .owner = principal_of(id_)};
  if (random_.one_in(2)) open.request = draw_tag(random_);
  const bool repeats = bool(open.request);
  ask(std::move(open), manner(repeats), [this](const Told* told) {
    const auto* started = reply_of<lock::LeaseStarted>(told);
    if (started == nullptr) return;
    tenures_.opened(*started);
    if (draining_) tenures_.release(started->lease.id);
  });
}

void Client::lock_in_session() {
  Tenure* const tenure = tenures_.any([](const Tenure& t) { return t.shared && !t.busy; });
  if (tenure == nullptr) return;
  lock::Acquire acquire = draw_acquire(random_, plan_, id_, static_cast<std::size_t>(random_.between(1, 2)));
  std::erase_if(acquire.items, [&](const lock::Item& item) { return tenure->uncertain.contains(item.key); });
  if (acquire.items.empty()) return;
  // What it has already it asks for just so; convert() does otherwise.
  for (lock::Item& item : acquire.items) {
    if (const auto held = tenure->keys.find(item.key); held != tenure->keys.end()) item = held->second;
  }
  acquire.on_held = random_.one_in(2) ? lock::OnHeld::refuse : lock::OnHeld::return_hold;
  ask_under(*tenure, std::move(acquire));
}

// What it holds is about to change, so the answer to an old question would say what is true no more.
bool Client::may_change_holds() {
  if (repeating_) return false;
  last_.reset();
  return true;
}

void Client::convert() {
  if (!may_change_holds()) return;
  Tenure* const tenure = tenures_.any([](const Tenure& t) {
    return !t.busy && t.alias.name.empty() &&
           std::ranges::any_of(t.keys, [&](const auto& held) { return !t.uncertain.contains(held.first); });
  });
  if (tenure == nullptr) return;
  const auto held = std::ranges::find_if(
      tenure->keys, [&](const auto& entry) { return !tenure->uncertain.contains(entry.first); });
  lock::Acquire acquire = draw_acquire(random_, plan_, id_, 1);
  acquire.items = {draw_item(random_, held->first)};
  acquire.on_held = lock::OnHeld::return_hold;
  ask_under(*tenure, std::move(acquire));
}

// One such question at a time for each lease, so that its client knows what an answer means for its holds.
void Client::ask_under(Tenure& tenure, lock::Acquire acquire) {
  tenure.busy = true;
  acquire.lease = tenure.lease;
  std::vector<std::string> keys;
  for (const lock::Item& item : acquire.items) keys.push_back(item.key);
  const bool repeats = bool(acquire.request);
  ask(std::move(acquire), manner(repeats), [this, lease = tenure.lease, keys](const Told* told) {
    Tenure* const still = tenures_.find(lease);
    if (still == nullptr) return;
    still->busy = false;
    if (const auto* acquired = reply_of<lock::Acquired>(told)) return tenures_.gained(lease, *acquired);
    // Another attempt may still be on its way and be carried out later: hands off these keys.
    still->uncertain.insert(keys.begin(), keys.end());
    if (told == nullptr) return tenures_.release(lease);
    if (const auto* refused = reply_of<lock::Refused>(told)) hear(*refused);
  });
}

void Client::release_part() {
  if (!may_change_holds()) return;
  Tenure* const tenure = tenures_.any([](const Tenure& t) { return !t.busy && t.keys.size() > 1; });
  if (tenure != nullptr) tenures_.release_part(*tenure, tenure->keys.begin()->first);
}

void Client::renew() {
  const Tenure* const tenure = tenures_.any([](const Tenure&) { return true; });
  if (tenure == nullptr) return;
  const bool another = random_.one_in(2);
  tenures_.renew(tenure->lease, another ? std::optional(draw_ttl(random_, plan_)) : std::nullopt);
}

}  // namespace holdfast::sim
