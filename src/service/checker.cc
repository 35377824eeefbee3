#include "service/checker.h"

#include <fmt/format.h>

#include "lock/limits.h"
#include "service/request_tag.h"
#include "service/rules.h"

namespace holdfast::service {
namespace {

// What a shared hold may say and an exclusive one may not.
MaybeFault check_exclusive(const Wanted& how, const std::string& prefix) {
  const std::string_view named = how.group ? "group" : how.permits ? "permits" : how.limit ? "limit" : "";
  if (named.empty()) return std::nullopt;
  return invalid(prefix + std::string(named), fmt::format("{} needs the mode 'shared'", named));
}

Checked<lock::Item> item_of(WantedKey wanted, const Wanted& defaults) {
  if (const auto fault = check_key(wanted.key, wanted.field)) return *fault;
  const std::string prefix = wanted.field == "key" ? "" : wanted.field + ".";
  lock::Item item{.key = std::move(wanted.key)};
  item.mode = wanted.how.mode.value_or(defaults.mode.value_or(lock::Mode::exclusive));
  if (item.mode == lock::Mode::exclusive) {
    if (const auto fault = check_exclusive(wanted.how, prefix)) return *fault;
    return item;
  }
  const Wanted& own = wanted.how;
  item.group = own.group ? *own.group : defaults.group.value_or("");
  const std::int64_t permits = own.permits.value_or(defaults.permits.value_or(1));
  const std::optional<std::int64_t> limit = own.limit ? own.limit : defaults.limit;
  const auto field = [&](bool is_own, std::string_view name) {
    return (is_own ? prefix : "") + std::string(name);
  };
  if (const auto fault =
          check_name(item.group, lock::kMaxGroupBytes, field(own.group.has_value(), "group"))) {
    return *fault;
  }
  if (const auto fault = check_count(permits, lock::kMaxPermits, field(own.permits.has_value(), "permits"))) {
    return *fault;
  }
  if (limit) {
    const std::string limit_field = field(own.limit.has_value(), "limit");
    if (const auto fault = check_count(*limit, lock::kMaxPermits, limit_field)) return *fault;
    if (permits > *limit) return invalid(limit_field, "the permits are more than the limit");
  }
  if (item.group == kDefaultGroup) item.group.clear();
  item.permits = static_cast<std::uint32_t>(permits);
  item.limit = static_cast<std::uint32_t>(limit.value_or(0));
  return item;
}

Checked<std::vector<lock::Item>> items_of(std::vector<WantedKey> keys, const Wanted& defaults) {
  if (keys.empty()) return invalid("keys", "there is no key");
  if (keys.size() > lock::kMaxKeysPerAcquire) {
    return invalid("keys", fmt::format("there are more than {} keys", lock::kMaxKeysPerAcquire));
  }
  if (defaults.mode.value_or(lock::Mode::exclusive) == lock::Mode::exclusive) {
    if (const auto fault = check_exclusive(defaults, "")) return *fault;
  }
  std::vector<lock::Item> items;
  std::vector<std::string> fields;
  items.reserve(keys.size());
  for (WantedKey& key : keys) {
    fields.push_back(key.field);
    auto item = item_of(std::move(key), defaults);
    if (!item) return item.error();
    items.push_back(std::move(*item));
  }
  const std::vector<std::string_view> field_views(fields.begin(), fields.end());
  std::vector<std::string_view> key_views;
  for (const lock::Item& item : items) key_views.push_back(item.key);
  if (const auto fault = check_distinct(key_views, field_views)) return *fault;
  return items;
}

// A claim is a ttl of its own: none, or as long as a ttl may be.
MaybeFault check_claim(std::int64_t claim_ms) {
  if (claim_ms == 0) return std::nullopt;
  if (claim_ms >= lock::kMinTtl.count() && claim_ms <= lock::kMaxTtl.count()) return std::nullopt;
  return invalid("claim_ms",
                 fmt::format("claim_ms is 0 or {} to {}", lock::kMinTtl.count(), lock::kMaxTtl.count()));
}

MaybeFault check_options(const AcquireRequest& request) {
  if (request.lease && request.ttl_ms) return invalid("ttl_ms", "a lease that is named keeps its own ttl");
  if (request.ttl_ms) {
    if (auto fault = check_ttl(*request.ttl_ms)) return fault;
  }
  if (auto fault = check_duration(request.wait_ms, lock::kMaxWait, true, "wait_ms")) return fault;
  if (auto fault = check_claim(request.claim_ms)) return fault;
  if (auto fault = check_duration(request.reattach_ms, lock::kMaxReattach, false, "reattach_ms"))
    return fault;
  if (auto fault = check_name(request.owner, lock::kMaxOwnerBytes, "owner")) return fault;
  if (auto fault = check_text(request.reason, lock::kMaxReasonBytes, "reason")) return fault;
  if (auto fault = check_text(request.metadata, lock::kMaxMetadataBytes, "metadata")) return fault;
  return check_request_id(request.request_id);
}

}  // namespace

Checked<lock::LeaseId> Checker::proven(std::string_view handle) const {
  if (const auto id = handles_.check(handle)) return *id;
  return Fault{Code::lease_gone, "there is no lease with this handle", "lease"};
}

Checked<lock::Acquire> Checker::acquire(const Caller& caller, AcquireRequest request) const {
  if (const auto fault = check_options(request)) return *fault;
  auto items = items_of(std::move(request.keys), request.how);
  if (!items) return items.error();
  lock::Acquire command{.items = std::move(*items)};
  if (request.lease) {
    const auto lease = proven(*request.lease);
    if (!lease) return lease.error();
    command.lease = *lease;
  }
  command.ttl = request.ttl_ms ? lock::Millis(*request.ttl_ms) : default_ttl_;
  command.wait = lock::Millis(request.wait_ms);
  command.principal = caller.principal;
  command.administers = caller.administers;
  command.owner = std::move(request.owner);
  command.reason = std::move(request.reason);
  command.metadata = std::move(request.metadata);
  command.claim = lock::Millis(request.claim_ms);
  command.reattach = lock::Millis(request.reattach_ms);
  command.on_held = request.on_held;
  if (request.request_id) command.request = tag_of(caller.principal, *request.request_id, command);
  return command;
}

Checked<lock::OpenLease> Checker::open_lease(const Caller& caller, OpenLeaseRequest request) const {
  if (request.ttl_ms) {
    if (const auto fault = check_ttl(*request.ttl_ms)) return *fault;
  }
  if (const auto fault = check_name(request.owner, lock::kMaxOwnerBytes, "owner")) return *fault;
  if (const auto fault = check_text(request.metadata, lock::kMaxMetadataBytes, "metadata")) return *fault;
  if (const auto fault = check_request_id(request.request_id)) return *fault;
  lock::OpenLease command{.principal = caller.principal,
                          .owner = std::move(request.owner),
                          .metadata = std::move(request.metadata)};
  command.ttl = request.ttl_ms ? lock::Millis(*request.ttl_ms) : default_ttl_;
  if (request.request_id) command.request = tag_of(caller.principal, *request.request_id, command);
  return command;
}

Checked<lock::Renew> Checker::renew(const Caller&, RenewRequest request) const {
  if (request.ttl_ms) {
    if (const auto fault = check_ttl(*request.ttl_ms)) return *fault;
  }
  if (const auto fault = check_request_id(request.request_id)) return *fault;
  const auto lease = proven(request.lease);
  if (!lease) return lease.error();
  lock::Renew command{.lease = *lease};
  if (request.ttl_ms) command.ttl = lock::Millis(*request.ttl_ms);
  return command;
}

Checked<lock::Release> Checker::release(const Caller& caller, ReleaseRequest request) const {
  lock::Release command;
  if (request.keys) {
    if (request.keys->empty())
      return invalid("keys", "without keys the whole lease ends: leave the field out");
    if (request.keys->size() > lock::kMaxKeysPerAcquire) {
      return invalid("keys", fmt::format("there are more than {} keys", lock::kMaxKeysPerAcquire));
    }
    command.keys = std::move(*request.keys);
  }
  for (std::size_t i = 0; i < command.keys.size(); ++i) {
    if (const auto fault = check_key(command.keys[i], fmt::format("keys[{}]", i))) return *fault;
  }
  const std::vector<std::string_view> keys(command.keys.begin(), command.keys.end());
  if (const auto fault = check_distinct(keys, std::vector<std::string_view>(keys.size(), "keys")))
    return *fault;
  if (const auto fault = check_duration(request.keep_for_ms, lock::kMaxKeepFor, false, "keep_for_ms"))
    return *fault;
  if (const auto fault = check_request_id(request.request_id)) return *fault;
  const auto lease = proven(request.lease);
  if (!lease) return lease.error();
  command.lease = *lease;
  command.keep_for = lock::Millis(request.keep_for_ms);
  if (request.request_id) command.request = tag_of(caller.principal, *request.request_id, command);
  return command;
}

Checked<lock::Cancel> Checker::cancel(const Caller& caller, CancelRequest request) const {
  if (const auto fault = check_request_id(request.request_id)) return *fault;
  return lock::Cancel{tag_of(caller.principal, request.request_id)};
}

}  // namespace holdfast::service
