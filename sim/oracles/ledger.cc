#include "ledger.h"

#include <algorithm>

#include <fmt/format.h>

namespace holdfast::sim {
namespace {

const std::vector<Ledger::Hold> kNobody;

// A number that is as good as the set itself, whatever its order.
std::uint64_t print_of(lock::LeaseId lease, lock::Mode mode, std::uint32_t permits,
                       lock::FencingToken token) {
  std::uint64_t print = 0x9e3779b97f4a7c15ull;
  for (const std::uint64_t part :
       {lease.value, static_cast<std::uint64_t>(mode), std::uint64_t{permits}, token.value}) {
    print = (print ^ part) * 0xbf58476d1ce4e5b9ull;
    print ^= print >> 31;
  }
  return print;
}

std::uint64_t print_of(const std::vector<Ledger::Hold>& holders) {
  std::uint64_t sum = 0;
  for (const Ledger::Hold& hold : holders) sum += print_of(hold.lease, hold.mode, hold.permits, hold.token);
  return sum;
}

}  // namespace

struct Ledger::Visit {
  Ledger& self;
  lock::Revision revision;

  void operator()(const lock::Granted& event) const {
    lock::RequestTag request = event.request;
    if (const auto wait = self.waits_.find(event.waiter); wait != self.waits_.end())
      request = wait->second.request;
    self.grant(revision, event, request);
  }
  // Waits that cannot be asked for again end with the keeper that knew their clients (protocol.md 18).
  void operator()(const lock::TookOver&) const {
    std::erase_if(self.waits_, [](const auto& wait) { return !wait.second.request; });
  }
  void operator()(const lock::LeaseEnded& event) const { self.end_all(event.lease); }
  void operator()(const lock::Released& event) const {
    for (const std::string& key : event.keys) self.end(event.lease, key);
  }
  void operator()(const lock::HoldsBroken& event) const {
    if (event.keys.empty()) return self.end_all(event.lease);
    for (const std::string& key : event.keys) self.end(event.lease, key);
  }
  void operator()(const lock::WaitBegan& event) const {
    Wait wait{event.request, {}};
    for (const lock::WaitedItem& item : event.items) {
      if (!item.relies) wait.keys.push_back({item.key, item.converts});
    }
    self.waits_.emplace(lock::WaiterId{revision.value}, std::move(wait));
  }
  void operator()(const lock::WaitEnded& event) const {
    const auto wait = self.waits_.find(event.waiter);
    if (wait == self.waits_.end()) return;
    const bool forgotten =
        event.how == lock::WaitEnd::disconnected || event.how == lock::WaitEnd::not_reattached;
    if (wait->second.request && !forgotten) self.over_.insert(wait->second.request.id);
    self.waits_.erase(wait);
  }
  void operator()(const lock::LockRegistered& event) const {
    if (event.settings.limit != 0) self.keys_[event.key].limit = event.settings.limit;
    self.check_holders(event.key, self.keys_[event.key], revision);
  }
  template <class Other>
  void operator()(const Other&) const {}
};

void Ledger::see(lock::Revision revision, const lock::Event& event) {
  std::visit(Visit{*this, revision}, event);
}

void Ledger::grant(lock::Revision revision, const lock::Granted& event, const lock::RequestTag& request) {
  if (request && over_.contains(request.id)) {
    violations_.add(
        fmt::format("revision {}: a grant to a request that was told that its wait is over", revision.value));
  }
  for (const lock::GrantedKey& granted : event.keys) {
    Key& entry = keys_[granted.key];
    const Hold* const before = find(granted.key, event.lease);
    if (before == nullptr) check_turn(event, granted.key);
    if (before != nullptr && !event.waiter) check_token(*before, granted);
    const bool same_token = before != nullptr && before->token == granted.token;
    if (!same_token && !tokens_.try_emplace(granted.token, event.lease, granted.key).second) {
      violations_.add(fmt::format("token {} is granted twice", granted.token.value));
    }
    std::erase_if(entry.holders, [&](const Hold& hold) { return hold.lease == event.lease; });
    entry.holders.push_back({event.lease, granted.mode, granted.group, granted.permits, granted.token});
    if (granted.mode == lock::Mode::shared) entry.limit = granted.limit;
    leases_[event.lease].insert(granted.key);
    changed_.insert(granted.key);
    check_holders(granted.key, entry, revision);
  }
  if (event.waiter) waits_.erase(event.waiter);
}

// A hold that is weakened at once excludes nobody new, so it keeps its token.
void Ledger::check_token(const Hold& before, const lock::GrantedKey& granted) {
  if (granted.mode == lock::Mode::exclusive || before.token == granted.token) return;
  const bool weaker = before.mode == lock::Mode::exclusive ||
                      (before.group == granted.group && granted.permits <= before.permits);
  if (weaker) {
    violations_.add(fmt::format("{} is weakened, and its token {} becomes {}", granted.key,
                                before.token.value, granted.token.value));
  }
}

// Nobody who came earlier, or who waits to convert, may still stand in the queue.
void Ledger::check_turn(const lock::Granted& event, const std::string& key) {
  for (const auto& [waiter, wait] : waits_) {
    if (waiter == event.waiter) continue;
    for (const Waited& waited : wait.keys) {
      if (waited.key != key) continue;
      if (event.waiter && waiter > event.waiter && !waited.converts) continue;
      violations_.add(fmt::format("{} is granted to lease {} before waiter {}, who came earlier", key,
                                  event.lease.value, waiter.value));
    }
  }
}

void Ledger::check_holders(const std::string& key, const Key& entry, lock::Revision revision) {
  std::uint64_t permits = 0;
  for (const Hold& hold : entry.holders) {
    const Hold& first = entry.holders.front();
    const bool alike =
        hold.mode == lock::Mode::shared && first.mode == lock::Mode::shared && hold.group == first.group;
    if (entry.holders.size() > 1 && !alike) {
      violations_.add(fmt::format("revision {}: leases {} and {} hold {} against each other", revision.value,
                                  first.lease.value, hold.lease.value, key));
    }
    if (hold.mode == lock::Mode::shared) permits += hold.permits;
  }
  if (entry.limit != 0 && permits > entry.limit) {
    violations_.add(fmt::format("revision {}: {} of {} permits of {} are held", revision.value, permits,
                                entry.limit, key));
  }
}

void Ledger::end(lock::LeaseId lease, const std::string& key) {
  std::erase_if(keys_[key].holders, [&](const Hold& hold) { return hold.lease == lease; });
  leases_[lease].erase(key);
  changed_.insert(key);
}

void Ledger::end_all(lock::LeaseId lease) {
  for (const std::string& key : keys_of(lease)) end(lease, key);
  leases_.erase(lease);
}

void Ledger::entry_ended(lock::Revision revision) {
  for (const std::string& key : changed_) {
    Key& entry = keys_[key];
    entry.history.push_back({revision, print_of(entry.holders)});
  }
  changed_.clear();
}

const std::vector<Ledger::Hold>& Ledger::holders(const std::string& key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? kNobody : found->second.holders;
}

const Ledger::Hold* Ledger::find(const std::string& key, lock::LeaseId lease) const {
  for (const Hold& hold : holders(key)) {
    if (hold.lease == lease) return &hold;
  }
  return nullptr;
}

std::uint32_t Ledger::limit(const std::string& key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? 0 : found->second.limit;
}

std::vector<std::string> Ledger::keys_of(lock::LeaseId lease) const {
  const auto found = leases_.find(lease);
  if (found == leases_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

bool Ledger::granted(lock::LeaseId lease, const std::string& key, lock::FencingToken token) const {
  const auto found = tokens_.find(token);
  return found != tokens_.end() && found->second == std::pair(lease, key);
}

bool Ledger::showed(const std::string& key, lock::Revision at,
                    const std::vector<lock::HolderInfo>& holders) const {
  std::uint64_t shown = 0;
  for (const lock::HolderInfo& holder : holders) {
    shown += print_of(holder.lease, holder.mode, holder.permits, holder.token);
  }
  const auto found = keys_.find(key);
  if (found == keys_.end()) return shown == 0;
  const auto& history = found->second.history;
  const auto after = std::ranges::upper_bound(history, at, {}, &Then::since);
  return shown == (after == history.begin() ? 0 : std::prev(after)->print);
}

}  // namespace holdfast::sim
