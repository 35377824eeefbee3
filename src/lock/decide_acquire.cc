#include <algorithm>

#include <boost/container/small_vector.hpp>

#include "lock/deadlock.h"
#include "lock/decide.h"
#include "lock/decide_settings.h"
#include "lock/grantable.h"
#include "lock/info.h"

namespace holdfast::lock {
namespace {

// What one item of the request meets.
struct Need {
  const Item* item = nullptr;
  Ref<Lock> lock;           // none: the key is not in use
  Ref<Hold> own;            // what the lease already holds of the key
  std::uint32_t limit = 0;  // that would hold for it
  bool relies = false;      // already held as asked
  bool converts = false;    // already held otherwise
  bool now = false;         // needs no waiting

  std::string_view group() const { return kept_group(item->mode, item->group); }
  Shape shape() const { return {item->mode, group(), item->permits}; }
};

class AcquireDecision {
 public:
  AcquireDecision(const State& state, JournalTime now, const Acquire& command)
      : state_(state), now_(now), command_(command) {}

  Decision run() {
    if (command_.request) {
      if (const Ref<Request> request = state_.find_request(command_.request))
        return repeat_acquire(state_, now_, command_, request);
    }
    const Ref<Lease> own = same_alias();
    if (own && command_.on_held == OnHeld::extend_alias) {
      return decide_renew(state_, now_, Renew{state_.leases()[own].id, command_.ttl});
    }
    Decision decision = own ? Decision{{}, refuse_twice()} : decide();
    note_refusal(state_, command_, decision);
    return decision;
  }

 private:
  Decision decide() {
    if (command_.lease) {
      lease_ = state_.find_lease(*command_.lease);
      if (!lease_) return {{}, lease_gone(state_, *command_.lease)};
    }
    if (auto refusal = check_room()) return {{}, *std::move(refusal)};
    for (const Item& item : command_.items) {
      if (auto refusal = examine(item)) return {{}, *std::move(refusal)};
    }
    if (std::ranges::all_of(needs_, &Need::now)) return grant();
    return wait();
  }

  // --- an alias that holds what it asks for ---

  Ref<Lease> same_alias() const {
    const bool matters = command_.on_held == OnHeld::extend_alias || command_.on_held == OnHeld::refuse_alias;
    if (!matters || command_.alias.dialect == Dialect::native) return {};
    const Ref<Lease> own = find_aliased(state_, {.key = command_.items.front().key,
                                                 .dialect = command_.alias.dialect,
                                                 .name = command_.alias.name,
                                                 .principal = command_.principal});
    const auto holds = [&](const Item& item) {
      const Ref<Hold> hold = state_.find_hold(own, state_.find_lock(item.key));
      return hold && same_shape(state_.holds()[hold], Need{.item = &item}.shape());
    };
    return own && std::ranges::all_of(command_.items, holds) ? own : Ref<Lease>{};
  }

  Refused refuse_twice() const {
    const std::string& key = command_.items.front().key;
    Refused refused = refuse_held(state_, state_.find_lock(key), now_);
    refused.code = Code::already_held;
    refused.detail = "it holds the key already";
    refused.key = key;
    return refused;
  }

  // --- a new request ---

  std::optional<Refused> check_room() const {
    if (!lease_ && state_.leases().size() >= kMaxLeases) {
      return refuse(Code::overloaded, "the service has as many leases as it can");
    }
    if (lease_ && holds_and_hopes() + command_.items.size() > kMaxHoldsPerLease) {
      return refuse(Code::too_large,
                    "the lease has as many holds as one lease can, those it waits for and "
                    "those it lost and has not released among them");
    }
    return std::nullopt;
  }

  // What the lease may come to hold by grants that are still to come, and what is kept for it of holds lost.
  std::size_t holds_and_hopes() const {
    const Lease& lease = state_.leases()[lease_];
    std::size_t count = lease.hold_count;
    for (Ref<Waiter> at = lease.waiters.front(); at; at = lease.waiters.next(state_.waiters(), at)) {
      count += state_.waiters()[at].places.size();
    }
    for (Ref<Loss> at = lease.losses; at; at = state_.losses()[at].next) ++count;
    return count;
  }

  std::optional<Refused> examine(const Item& item) {
    Need need{.item = &item, .lock = state_.find_lock(item.key), .limit = item.limit};
    need.own = state_.find_hold(lease_, need.lock);
    if (auto refusal = refused_by_settings(state_, command_, item, need.lock)) return refusal;
    if (auto refusal = check_limit(need)) return refusal;
    if (need.own) {
      if (auto refusal = examine_held(need)) return refusal;
    } else if (state_.quiet()) {
      need.now = false;
    } else if (!need.lock) {
      need.now = true;
    } else {
      const Lock& lock = state_.locks()[need.lock];
      need.now = lock.queue_length == 0 && !lock.closed() && compatible(state_, lock, need.shape(), {});
    }
    needs_.push_back(need);
    return std::nullopt;
  }

  std::optional<Refused> refuse_key(const Need& need, Code code, std::string detail) const {
    Refused refused = refuse(code, std::move(detail));
    refused.key = need.item->key;
    return refused;
  }

  // A registered limit holds for every request; without one the limit is that of the present shared users.
  std::optional<Refused> check_limit(Need& need) const {
    if (need.item->mode == Mode::exclusive) return std::nullopt;
    const Settings* settings = state_.settings(need.lock);
    const bool shared = need.lock && state_.locks()[need.lock].shared_users > 0;
    if (shared || (settings && settings->limit != 0)) {
      need.limit = shared ? state_.locks()[need.lock].limit : settings->limit;
      if (need.item->limit != 0 && need.item->limit != need.limit) {
        Refused refused = refuse_held(state_, need.lock, now_);
        refused.code = Code::limit_mismatch;
        refused.detail = need.limit == 0 ? "the key is in use without a limit"
                                         : "the limit of the key is " + std::to_string(need.limit);
        refused.key = need.item->key;
        return refused;
      }
    }
    if (need.limit != 0 && need.item->permits > need.limit) {
      return refuse_key(need, Code::invalid_argument,
                        "permits is larger than the limit of the key, " + std::to_string(need.limit));
    }
    return std::nullopt;
  }

  std::optional<Refused> examine_held(Need& need) const {
    const Hold& own = state_.holds()[need.own];
    const Lock& lock = state_.locks()[need.lock];
    if (same_shape(own, need.shape())) {
      need.relies = need.now = true;
      if (command_.on_held == OnHeld::return_hold) return std::nullopt;
      Refused refused = refuse_held(state_, need.lock, now_);
      refused.code = Code::already_held;
      refused.detail = "this lease already holds the key; on_held \"return\" asks for that hold";
      return refused;
    }
    need.converts = true;
    need.now = weakens(own, need.shape());
    if (need.now) return std::nullopt;
    const Ref<Place> head = lock.queue.front();
    if (head && state_.places()[head].converts) {
      Refused refused = refuse_held(state_, need.lock, now_);
      refused.code = Code::deadlock;
      refused.detail = "another holder of the key already waits to be alone on it";
      refused.blocked_by.resize(1);
      return refused;
    }
    need.now = !lock.closed() && !state_.quiet() && compatible(state_, lock, need.shape(), need.own);
    return std::nullopt;
  }

  Decision grant() const {
    Decision decision;
    Acquired& acquired = std::get<Acquired>(decision.reply.emplace(Acquired()));
    Granted granted{.reason = command_.reason, .request = command_.request};
    FencingToken token = state_.next_token();
    acquired.grants.reserve(needs_.size());
    granted.keys.reserve(needs_.size());
    for (const Need& need : needs_) {
      if (need.relies) {
        acquired.grants.push_back(grant_info(state_, state_.holds()[need.own], now_));
      } else {
        acquired.grants.push_back(grant_key(need, token, granted));
      }
    }
    if (lease_) {
      granted.lease = *command_.lease;
      acquired.lease = lease_info(state_, state_.leases()[lease_], now_);
    } else {
      const Millis ttl = allowed_ttl();
      granted.lease = LeaseId{state_.revision().next().value};
      acquired.lease = {granted.lease, command_.owner, ttl, told(ttl)};
      decision.events.emplace_back(LeaseOpened{false,
                                               ttl,
                                               ttl,
                                               command_.principal,
                                               command_.owner,
                                               command_.metadata,
                                               command_.alias,
                                               {},
                                               command_.reattach});
    }
    if (!lease_) cap_lease(acquired.grants, acquired.lease);
    if (!granted.keys.empty()) decision.events.emplace_back(std::move(granted));
    return decision;
  }

  // A hold that only became weaker keeps its token: nobody new was excluded.
  Grant grant_key(const Need& need, FencingToken& next, Granted& granted) const {
    const Item& item = *need.item;
    const bool weaker = need.converts && weakens(state_.holds()[need.own], need.shape());
    const FencingToken token = weaker ? state_.holds()[need.own].token : next;
    if (!weaker) next = next.next();
    granted.keys.push_back({item.key, item.mode, std::string(need.group()), item.permits, need.limit, token});
    Grant grant{item.key, item.mode, std::string(shown_group(item.mode, item.group)), item.permits, token,
                token,    WallTime{}};
    grant.fresh = !need.own;
    if (need.lock) grant.fence_floor = floor_with(state_, need.lock, need.own, token);
    if (weaker) grant.acquired_at = state_.holds()[need.own].acquired_at;
    if (need.own && state_.holds()[need.own].cap) {
      grant.expires_in = state_.expires_in(state_.caps()[state_.holds()[need.own].cap].until, now_);
    } else if (!need.own) {
      grant.expires_in = told(at_most(kNoExpiry, state_.settings(need.lock), &Settings::max_hold));
    }
    return grant;
  }

  // The ttl that the settings of all keys allow.
  Millis allowed_ttl() const {
    Millis ttl = command_.ttl;
    for (const Need& need : needs_) ttl = at_most(ttl, state_.settings(need.lock), &Settings::max_ttl);
    return ttl;
  }

  // How long the settings of all keys let the request wait.
  Millis allowed_wait() const {
    Millis wait = command_.wait;
    for (const Need& need : needs_) wait = at_most(wait, state_.settings(need.lock), &Settings::max_wait);
    return wait;
  }

  std::optional<Refused> check_multi_key_wait() const {
    if (std::ranges::count(needs_, false, &Need::relies) < 2) return std::nullopt;
    for (const Need& need : needs_) {
      const Settings* settings = state_.settings(need.lock);
      if (need.relies || !settings || settings->allow_multi_key_wait) continue;
      return refuse_key(
          need, Code::invalid_argument,
          "the key may not be waited for together with others, and could not be granted at once");
    }
    return std::nullopt;
  }

  Decision wait() const {
    const Need& blocked = *std::ranges::find(needs_, false, &Need::now);
    if (command_.wait == Millis(0)) {
      Refused refused = refuse_held(state_, blocked.lock, now_);
      refused.key = blocked.item->key;
      if (blocked.converts) refused.blocked_by.clear();  // it would stand ahead of them all
      return {{}, std::move(refused)};
    }
    if (auto refusal = check_multi_key_wait()) return {{}, *std::move(refusal)};
    if (state_.waiters().size() >= kMaxWaiters ||
        (lease_ && state_.leases()[lease_].waiter_count >= kMaxWaitersPerLease)) {
      return {{}, refuse(Code::overloaded, "as many requests are waiting as can be")};
    }
    if (auto refusal = check_deadlock()) return {{}, *std::move(refusal)};
    WaitBegan event{.lease = command_.lease.value_or(LeaseId{}),
                    .ttl = command_.ttl,  // shortened when it is granted, by the settings of then
                    .wait = allowed_wait(),
                    .claim = command_.claim,
                    .reattach = command_.reattach,
                    .principal = command_.principal,
                    .owner = command_.owner,
                    .reason = command_.reason,
                    .metadata = command_.metadata,
                    .alias = command_.alias,
                    .request = command_.request};
    for (const Need& need : needs_) {
      const Item& item = *need.item;
      event.items.push_back({item.key, item.mode, std::string(need.group()), item.permits, need.limit,
                             need.converts, need.relies});
    }
    return {{std::move(event)}, std::nullopt, WaiterId{state_.revision().next().value}};
  }

  std::optional<Refused> check_deadlock() const {
    if (!lease_) return std::nullopt;
    std::vector<Wanted> wanted;
    for (const Need& need : needs_) {
      if (need.lock && !need.relies) wanted.push_back({need.lock, need.converts});
    }
    std::vector<std::string> cycle = deadlock_cycle(state_, lease_, wanted);
    if (cycle.empty()) return std::nullopt;
    Refused refused = refuse(Code::deadlock, "waiting would never end: the waits would form a circle");
    refused.cycle = std::move(cycle);
    return refused;
  }

  const State& state_;
  JournalTime now_;
  const Acquire& command_;
  Ref<Lease> lease_;
  boost::container::small_vector<Need, 1> needs_;
};

}  // namespace

Decision decide_acquire(const State& state, JournalTime now, const Acquire& command) {
  return AcquireDecision(state, now, command).run();
}

}  // namespace holdfast::lock
