#include <algorithm>

#include <fmt/format.h>

#include "lock/limits.h"
#include "service/checker.h"
#include "service/rules.h"

// What clients of other systems' protocols ask. A ttl that is shorter than any here becomes the shortest:
// these clients cannot be told that their numbers are other than they know them.

namespace holdfast::service {
namespace {

lock::Millis ttl_of(std::int64_t ttl_ms) {
  return ttl_ms == lock::kNoExpiry.count() ? lock::kNoExpiry : std::max(lock::Millis(ttl_ms), lock::kMinTtl);
}

MaybeFault check_aliased_ttl(std::int64_t ttl_ms) {
  if (ttl_ms == lock::kNoExpiry.count()) return std::nullopt;
  return check_duration(ttl_ms, lock::kMaxTtl, false, "ttl_ms");
}

}  // namespace

Checked<lock::Acquire> Checker::acquire(const Caller& caller, AliasedAcquireRequest request) const {
  if (const auto fault = check_key(request.key, "key")) return *fault;
  if (const auto fault = check_text(request.alias.name, lock::kMaxAliasBytes, "value")) return *fault;
  if (const auto fault = check_name(request.owner, lock::kMaxOwnerBytes, "owner")) return *fault;
  if (const auto fault = check_aliased_ttl(request.ttl_ms)) return *fault;
  lock::Acquire command{.ttl = ttl_of(request.ttl_ms)};
  lock::Item& item = command.items.emplace_back(lock::Item{.key = std::move(request.key)});
  if (request.group) {
    item.mode = lock::Mode::shared;
    if (*request.group != kDefaultGroup) item.group = *std::move(request.group);
  }
  command.principal = caller.principal;
  command.administers = caller.administers;
  command.owner = std::move(request.owner);
  command.alias = std::move(request.alias);
  command.on_held = request.on_held;
  return command;
}

Checked<lock::AcquireEach> Checker::acquire_each(const Caller& caller,
                                                 AliasedAcquireEachRequest request) const {
  if (request.keys.size() > lock::kMaxKeysPerAcquire) {
    return invalid("keys", fmt::format("there are more than {} keys", lock::kMaxKeysPerAcquire));
  }
  for (const std::string& key : request.keys) {
    if (const auto fault = check_key(key, "keys")) return *fault;
  }
  const std::vector<std::string_view> keys(request.keys.begin(), request.keys.end());
  if (const auto fault = check_distinct(keys, std::vector<std::string_view>(keys.size(), "keys")))
    return *fault;
  if (const auto fault = check_text(request.alias.name, lock::kMaxAliasBytes, "value")) return *fault;
  if (const auto fault = check_aliased_ttl(request.ttl_ms)) return *fault;
  return lock::AcquireEach{.keys = std::move(request.keys),
                           .ttl = ttl_of(request.ttl_ms),
                           .principal = caller.principal,
                           .owner = std::move(request.owner),
                           .alias = std::move(request.alias),
                           .administers = caller.administers};
}

Checked<lock::Renew> Checker::renew(lock::AliasedHold hold, std::int64_t ttl_ms) const {
  if (const auto fault = check_key(hold.key, "key")) return *fault;
  if (const auto fault = check_aliased_ttl(ttl_ms)) return *fault;
  return lock::Renew{std::move(hold), ttl_of(ttl_ms)};
}

Checked<lock::Release> Checker::release(lock::AliasedHold hold) const {
  if (const auto fault = check_key(hold.key, "key")) return *fault;
  std::vector<std::string> keys{hold.key};
  return lock::Release{.lease = std::move(hold), .keys = std::move(keys)};
}

}  // namespace holdfast::service
