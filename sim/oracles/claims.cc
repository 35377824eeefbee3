#include "claims.h"

#include <algorithm>

#include <fmt/format.h>

#include "client/deadline.h"
#include "lock/info.h"

namespace holdfast::sim {
namespace {

std::optional<Nanos> in_true_time(const client::Deadline& deadline, const MachineClock& clock) {
  if (!deadline.at()) return std::nullopt;
  return clock.true_time(*deadline.at());
}

// Of two ends the later one.
std::optional<Nanos> later(const std::optional<Nanos>& a, const std::optional<Nanos>& b) {
  if (!a || !b) return std::nullopt;
  return std::max(*a, *b);
}

}  // namespace

bool Claims::live(const Belief& belief, const Claim& claim, Nanos now) const {
  if (belief.until && *belief.until <= now) return false;
  return !claim.cap || *claim.cap > now;
}

// --- what the client gives up by asking ---

void Claims::asks(const Question& question) {
  const auto* command = std::get_if<lock::Command>(&question);
  if (command == nullptr) return;
  if (const auto* release = std::get_if<lock::Release>(command)) {
    // Repeated, it ends nothing that was taken since.
    if (!release->request || releases_.insert(release->request.id).second) {
      gives_up(release->lease, release->keys);
    }
  } else if (const auto* each = std::get_if<lock::ReleaseEach>(command)) {
    for (auto& [lease, belief] : beliefs_) {
      if (belief.alias != each->alias) continue;
      for (const auto& hold : each->holds) give_up(lease, belief, hold.key);
    }
  } else if (const auto* acquire = std::get_if<lock::Acquire>(command); acquire && acquire->lease) {
    for (const lock::Item& item : acquire->items) weakens(*acquire->lease, item);
  }
}

void Claims::gives_up(const lock::LeaseName& name, const std::vector<std::string>& keys) {
  if (const auto* lease = std::get_if<lock::LeaseId>(&name)) {
    if (keys.empty()) return drop(*lease);
    const auto belief = beliefs_.find(*lease);
    if (belief == beliefs_.end()) return;
    for (const std::string& key : keys) give_up(*lease, belief->second, key);
    return;
  }
  const auto& alias = std::get<lock::AliasedHold>(name);
  std::vector<lock::LeaseId> named;
  for (const auto& [lease, belief] : beliefs_) {
    if (belief.alias.dialect == alias.dialect && (!alias.name || belief.alias.name == *alias.name) &&
        belief.claims.contains(alias.key)) {
      named.push_back(lease);
    }
  }
  for (const lock::LeaseId lease : named) drop(lease);
}

// Answers to older questions may still name this hold; they mean nothing any more.
void Claims::give_up(lock::LeaseId lease, Belief& belief, const std::string& key) {
  const auto claim = belief.claims.find(key);
  if (claim == belief.claims.end()) return;
  void_.insert({lease, key, claim->second.token});
  belief.claims.erase(claim);
}

void Claims::drop(lock::LeaseId lease) {
  beliefs_.erase(lease);
  given_up_.insert(lease);
}

void Claims::vanishes(ClientId client) {
  std::erase_if(beliefs_, [&](const auto& entry) { return entry.second.client == client; });
}

// Whoever asks for a hold in another mode may be given it at any moment from now on, and so counts on no more
// than what both exclude.
void Claims::weakens(lock::LeaseId lease, const lock::Item& item) {
  const auto belief = beliefs_.find(lease);
  if (belief == beliefs_.end()) return;
  const auto found = belief->second.claims.find(item.key);
  if (found == belief->second.claims.end()) return;
  Claim& claim = found->second;
  if (item.mode == lock::Mode::exclusive) return;
  const std::string_view group = lock::kept_group(item.mode, item.group);
  if (claim.mode == lock::Mode::exclusive) {
    claim.mode = lock::Mode::shared;
    claim.group = group;
    claim.permits = item.permits;
  } else if (claim.group != group) {
    belief->second.claims.erase(found);
  } else {
    claim.permits = std::min(claim.permits, item.permits);
  }
}

// --- what it is told ---

void Claims::told(Nanos now, const Asked& asked, const Question& question, const Answer& answer) {
  const auto* reply = std::get_if<lock::Reply>(&answer.what);
  if (reply == nullptr) return;
  const auto& command = std::get<lock::Command>(question);
  if (const auto* acquired = std::get_if<lock::Acquired>(reply)) {
    const auto* acquire = std::get_if<lock::Acquire>(&command);
    believe(now, asked, *acquired, acquire ? acquire->alias : lock::Alias{});
  } else if (const auto* each = std::get_if<lock::AcquiredEach>(reply)) {
    for (const lock::Acquired& one : each->each) {
      believe(now, asked, one, std::get<lock::AcquireEach>(command).alias);
    }
  } else if (const auto* renewed = std::get_if<lock::Renewed>(reply)) {
    extend(now, asked, *renewed);
  } else if (const auto* refused = std::get_if<lock::Refused>(reply)) {
    const auto* renew = std::get_if<lock::Renew>(&command);
    const bool gone = refused->code == lock::Code::lease_gone;
    if (renew && gone && std::holds_alternative<lock::LeaseId>(renew->lease)) {
      drop(std::get<lock::LeaseId>(renew->lease));
    }
  }
}

void Claims::believe(Nanos now, const Asked& asked, const lock::Acquired& acquired,
                     const lock::Alias& alias) {
  const lock::LeaseId lease = acquired.lease.id;
  if (given_up_.contains(lease)) return;
  const auto counted = [&](std::optional<lock::Millis> expires_in) {
    return in_true_time(client::Deadline::of_grant(asked.sent, acquired.waited, expires_in), asked.clock);
  };
  const auto until = counted(acquired.lease.expires_in);
  const auto [at, fresh] = beliefs_.try_emplace(lease, Belief{asked.client, until, alias, {}});
  Belief& belief = at->second;
  if (!fresh) belief.until = later(belief.until, until);
  for (const lock::Grant& grant : acquired.grants) {
    if (void_.contains({lease, grant.key, grant.token})) continue;
    Claim claim{
        grant.mode, std::string(lock::kept_group(grant.mode, grant.group)), grant.permits, grant.token,
        {},         broken_.contains({lease, grant.key, grant.token})};
    if (grant.expires_in) claim.cap = counted(grant.expires_in);
    belief.claims.insert_or_assign(grant.key, std::move(claim));
    judge(now, lease, grant.key);
  }
}

void Claims::extend(Nanos now, const Asked& asked, const lock::Renewed& renewed) {
  const auto found = beliefs_.find(renewed.lease.id);
  if (found == beliefs_.end()) return;
  Belief& belief = found->second;
  const auto deadline = client::Deadline::of_renewal(asked.sent, renewed.lease.expires_in);
  belief.until = later(belief.until, in_true_time(deadline, asked.clock));
  for (const lock::LossInfo& loss : renewed.lost) {
    const auto claim = belief.claims.find(loss.key);
    // It may know of an older token only: the answer that told of the lost one was lost itself.
    if (claim != belief.claims.end() && claim->second.token <= loss.token) belief.claims.erase(claim);
  }
  for (const auto& [key, claim] : belief.claims) judge(now, renewed.lease.id, key);
}

// --- judging ---

void Claims::judge(Nanos now, lock::LeaseId lease, const std::string& key) {
  const Belief& belief = beliefs_.at(lease);
  const Claim& claim = belief.claims.at(key);
  if (!exact_ || !live(belief, claim, now)) return;
  ++judged_;
  const Ledger::Hold* const hold = ledger_.find(key, lease);
  if (!claim.broken && (hold == nullptr || hold->token < claim.token)) {
    violations_.add(fmt::format("lease {} counts on {} with token {}, which it does not hold", lease.value,
                                key, claim.token.value));
  }
  for (const auto& [other, theirs] : beliefs_) {
    if (other == lease) continue;
    const auto rival = theirs.claims.find(key);
    if (rival == theirs.claims.end() || !live(theirs, rival->second, now)) continue;
    const bool together = claim.mode == lock::Mode::shared && rival->second.mode == lock::Mode::shared &&
                          claim.group == rival->second.group;
    if (together) continue;
    violations_.add(fmt::format("leases {} and {} both count on {}", other.value, lease.value, key));
  }
}

// --- what becomes durable ---

void Claims::see(Nanos now, lock::Revision revision, const lock::Event& event) {
  if (const auto* opened = std::get_if<lock::LeaseOpened>(&event)) {
    if (opened->ttl == lock::kNoExpiry) endless_.insert(lock::LeaseId{revision.value});
  } else if (const auto* renewed = std::get_if<lock::LeaseRenewed>(&event)) {
    if (renewed->ttl == lock::kNoExpiry) endless_.insert(renewed->lease);
  } else if (const auto* lease = std::get_if<lock::LeaseEnded>(&event)) {
    ended(now, lease->lease, ledger_.keys_of(lease->lease), lease->how);
  } else if (const auto* released = std::get_if<lock::Released>(&event)) {
    ended(now, released->lease, released->keys, released->how);
  } else if (const auto* held = std::get_if<lock::HoldsBroken>(&event)) {
    broken(*held);
  }
}

void Claims::ended(Nanos now, lock::LeaseId lease, const std::vector<std::string>& keys, lock::Ended how) {
  const auto found = beliefs_.find(lease);
  if (found == beliefs_.end()) return;
  for (const std::string& key : keys) {
    const auto claim = found->second.claims.find(key);
    if (claim == found->second.claims.end()) continue;
    if (exact_ && live(found->second, claim->second, now)) {
      violations_.add(fmt::format("the hold of {} by lease {} ends ({}) while it is counted on", key,
                                  lease.value, static_cast<int>(how)));
    }
    found->second.claims.erase(claim);
  }
  if (found->second.claims.empty()) beliefs_.erase(found);
}

void Claims::broken(const lock::HoldsBroken& event) {
  const auto keys = event.keys.empty() ? ledger_.keys_of(event.lease) : event.keys;
  const auto belief = beliefs_.find(event.lease);
  for (const std::string& key : keys) {
    const Ledger::Hold* const hold = ledger_.find(key, event.lease);
    const bool at_once = event.now || endless_.contains(event.lease);
    if (hold != nullptr) (at_once ? void_ : broken_).insert({event.lease, key, hold->token});
    if (belief == beliefs_.end()) continue;
    const auto claim = belief->second.claims.find(key);
    if (claim == belief->second.claims.end()) continue;
    at_once ? void(belief->second.claims.erase(claim)) : void(claim->second.broken = true);
  }
}

}  // namespace holdfast::sim
