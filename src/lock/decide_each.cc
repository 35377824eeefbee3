#include <algorithm>
#include <iterator>

#include "lock/decide.h"
#include "lock/event_codec.h"
#include "lock/info.h"
#include "lock/limits.h"

// Commands about several leases at once. What they do to one key changes nothing for another, so each part is
// decided as if it were alone, against the state that is there; only the numbers that a part gives are moved
// up behind those of the parts before it.

namespace holdfast::lock {
namespace {

Acquire alone(const AcquireEach& command, const std::string& key) {
  Acquire acquire{.ttl = command.ttl,
                  .principal = command.principal,
                  .owner = command.owner,
                  .alias = command.alias,
                  .on_held = OnHeld::extend_alias,
                  .administers = command.administers};
  acquire.items.push_back({.key = key});
  return acquire;
}

// What is granted after `events` events and `tokens` tokens of the same decision.
void move_up(Decision& part, std::size_t events, std::size_t tokens) {
  Acquired& acquired = std::get<Acquired>(*part.reply);
  Grant& grant = acquired.grants.front();
  if (grant.fence_floor == grant.token) grant.fence_floor = FencingToken{grant.token.value + tokens};
  grant.token = FencingToken{grant.token.value + tokens};
  acquired.lease.id = LeaseId{acquired.lease.id.value + events};
  for (Event& event : part.events) {
    auto* const granted = std::get_if<Granted>(&event);
    if (granted == nullptr) continue;
    granted->lease = acquired.lease.id;
    granted->keys.front().token = grant.token;
  }
}

// The answer to a hold that was there and whose lease was renewed.
Acquired extended(const State& state, JournalTime now, const std::string& key, const Renewed& renewed) {
  const Ref<Hold> hold = state.find_hold(state.find_lease(renewed.lease.id), state.find_lock(key));
  Acquired acquired{.lease = renewed.lease};
  acquired.grants.push_back(grant_info(state, state.holds()[hold], now));
  return acquired;
}

std::size_t bytes_of(const Decision& part) {
  std::size_t bytes = 0;
  for (const Event& event : part.events) bytes += encoded_size_bound(event);
  return bytes;
}

}  // namespace

Decision decide_acquire_each(const State& state, JournalTime now, const AcquireEach& command) {
  Decision whole;
  AcquiredEach reply;
  std::size_t tokens = 0;
  std::size_t bytes = 0;
  for (const std::string& key : command.keys) {
    Decision part = decide_acquire(state, now, alone(command, key));
    if (std::holds_alternative<Refused>(*part.reply)) return part;
    if (const auto* renewed = std::get_if<Renewed>(&*part.reply)) {
      reply.each.push_back(extended(state, now, key, *renewed));
    } else {
      move_up(part, whole.events.size(), tokens++);
      reply.each.push_back(std::get<Acquired>(*std::move(part.reply)));
    }
    bytes += bytes_of(part);
    std::ranges::move(part.events, std::back_inserter(whole.events));
  }
  if (state.leases().size() + tokens > kMaxLeases) {
    return {{}, refuse(Code::overloaded, "the service has as many leases as it can"), {}};
  }
  if (bytes > kMaxDecisionBytes) {
    return {{}, refuse(Code::too_large, "this is too much for one request: name fewer or shorter keys"), {}};
  }
  whole.reply = std::move(reply);
  return whole;
}

// What one lease holds of several keys is given back together, so that its end is seen.
Decision decide_release_each(const State& state, JournalTime now, const ReleaseEach& command) {
  ReleaseDone done;
  std::vector<Release> parts;
  for (const auto& [key, token] : command.holds) {
    if (std::ranges::find(done.keys, key) != done.keys.end()) continue;
    const Ref<Lease> lease = find_aliased(state, {.key = key,
                                                  .dialect = command.alias.dialect,
                                                  .name = command.alias.name,
                                                  .principal = command.principal});
    const Ref<Hold> hold = lease ? state.find_hold(lease, state.find_lock(key)) : Ref<Hold>{};
    if (!hold || state.holds()[hold].token != token) continue;
    const LeaseName name = state.leases()[lease].id;
    auto part = std::ranges::find(parts, name, &Release::lease);
    if (part == parts.end()) part = parts.insert(parts.end(), Release{.lease = name, .keys = {}});
    part->keys.push_back(key);
    done.keys.push_back(key);
  }
  Decision whole;
  for (const Release& part : parts) {
    std::ranges::move(decide_release(state, now, part).events, std::back_inserter(whole.events));
  }
  whole.reply = std::move(done);
  return whole;
}

}  // namespace holdfast::lock
