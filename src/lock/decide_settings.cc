#include "lock/decide_settings.h"

#include <algorithm>

#include "lock/info.h"

namespace holdfast::lock {
namespace {

// As what a refusal is noted, if it is one of those that are.
std::optional<Refusal> noted(Code code) {
  switch (code) {
    case Code::held:
      return Refusal::held;
    case Code::deadlock:
      return Refusal::deadlock;
    case Code::limit_mismatch:
      return Refusal::limit_mismatch;
    case Code::lock_delay:
      return Refusal::lock_delay;
    case Code::already_held:
      return Refusal::already_held;
    case Code::invalid_argument:
    case Code::permission_denied:
      return Refusal::not_allowed;
    default:
      return std::nullopt;
  }
}

bool names(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

bool outlives(const State& state, LeaseId id, Millis max_ttl) {
  const Ref<Lease> lease = state.find_lease(id);
  const Millis ttl = state.leases()[lease].ttl();
  return ttl == kNoExpiry || ttl > max_ttl;
}

// Whether the end of a hold of this key would end more of the lease than its owner was told of.
bool would_cut(const State& state, LeaseId id, Ref<Lock> lock) {
  const Ref<Lease> lease = state.find_lease(id);
  return !state.leases()[lease].shared && !state.find_hold(lease, lock);
}

Refused refuse_key(const Item& item, Code code, std::string detail) {
  Refused refused = refuse(code, std::move(detail));
  refused.key = item.key;
  return refused;
}

}  // namespace

std::optional<Refused> refused_by_settings(const State& state, const Acquire& command, const Item& item,
                                           Ref<Lock> lock) {
  const Settings* settings = state.settings(lock);
  if (!settings) return std::nullopt;
  if (!settings->owners.empty() && !command.administers && !names(settings->owners, command.principal)) {
    return refuse_key(item, Code::permission_denied, "the key belongs to others");
  }
  if (item.mode == Mode::shared && !settings->shared_groups.empty() &&
      !names(settings->shared_groups, shown_group(Mode::shared, item.group))) {
    return refuse_key(item, Code::invalid_argument, "the key is not shared by this group");
  }
  if (command.lease && settings->max_ttl != Millis(0) && outlives(state, *command.lease, settings->max_ttl)) {
    return refuse_key(item, Code::invalid_argument,
                      "the key is for leases of at most " + std::to_string(settings->max_ttl.count()) +
                          " ms, and this one lives longer");
  }
  if (command.lease && settings->max_hold != Millis(0) && would_cut(state, *command.lease, lock)) {
    return refuse_key(item, Code::invalid_argument,
                      "the key has a longest hold, which would end this lease early: ask without it, or with "
                      "a lease that was opened to be shared");
  }
  return std::nullopt;
}

void note_refusal(const State& state, const Acquire& command, Decision& decision) {
  const auto* refused = decision.reply ? std::get_if<Refused>(&*decision.reply) : nullptr;
  const std::optional<Refusal> why = refused ? noted(refused->code) : std::nullopt;
  if (!why) return;
  std::size_t notes = 0;
  for (const Item& item : command.items) {
    if (notes == kMaxNamedInRefusal) return;
    const Settings* settings = state.settings(state.find_lock(item.key));
    if (!settings || !settings->record_refusals) continue;
    if (!refused->key.empty() && refused->key != item.key) continue;
    decision.events.push_back(
        AcquireRefused{item.key, command.principal, command.owner, command.reason, *why});
    ++notes;
  }
}

}  // namespace holdfast::lock
