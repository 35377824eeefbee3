#include <fmt/format.h>

#include "lock/info.h"
#include "lock/limits.h"
#include "service/checker.h"
#include "service/request_tag.h"
#include "service/rules.h"

// Checks of what others than a lease's owner ask.

namespace holdfast::service {
namespace {

std::string shown_as(const Caller& caller, std::string&& owner) {
  if (!owner.empty()) return std::move(owner);
  return caller.principal.empty() ? caller.address : caller.principal;
}

MaybeFault check_names(const std::vector<std::string>& names, std::size_t most, std::size_t most_bytes,
                       std::string_view field) {
  if (names.size() > most) return invalid(field, fmt::format("{} has more than {} members", field, most));
  for (const std::string& name : names) {
    if (name.empty()) return invalid(field, fmt::format("{} has an empty member", field));
    if (auto fault = check_name(name, most_bytes, field)) return fault;
  }
  std::vector<std::string_view> views(names.begin(), names.end());
  std::ranges::sort(views);
  if (std::ranges::adjacent_find(views) == views.end()) return std::nullopt;
  return invalid(field, fmt::format("{} names the same twice", field));
}

MaybeFault check_reason(std::string_view reason) {
  if (reason.empty()) return invalid("reason", "reason is missing: it is told to those concerned");
  return check_text(reason, lock::kMaxReasonBytes, "reason");
}

// Nothing means no such rule; what is said must mean something.
MaybeFault check_longest(std::optional<std::int64_t> value, lock::Millis least, lock::Millis most,
                         std::string_view field) {
  if (!value || (*value >= least.count() && *value <= most.count())) return std::nullopt;
  return invalid(field,
                 fmt::format("{} is {} to {}, or null for no such rule", field, least.count(), most.count()));
}

MaybeFault check_settings(const RegisterRequest& request) {
  if (auto fault = check_key(request.key, "key")) return fault;
  if (auto fault = check_text(request.description, lock::kMaxReasonBytes, "description")) return fault;
  if (auto fault = check_names(request.owners, lock::kMaxRegisteredOwners, lock::kMaxOwnerBytes, "owners"))
    return fault;
  if (request.limit) {
    if (auto fault = check_count(*request.limit, lock::kMaxPermits, "limit")) return fault;
  }
  if (auto fault = check_names(request.shared_groups, lock::kMaxRegisteredGroups, lock::kMaxGroupBytes,
                               "shared_groups"))
    return fault;
  if (auto fault = check_duration(request.lock_delay_ms, lock::kMaxLockDelay, false, "lock_delay_ms"))
    return fault;
  if (auto fault = check_longest(request.max_hold_ms, lock::kMinTtl, lock::kMaxMaxHold, "max_hold_ms"))
    return fault;
  if (auto fault = check_longest(request.max_ttl_ms, lock::kMinTtl, lock::kMaxTtl, "max_ttl_ms"))
    return fault;
  if (auto fault = check_longest(request.max_wait_ms, lock::Millis(1), lock::kMaxWait, "max_wait_ms"))
    return fault;
  return check_request_id(request.request_id);
}

lock::Millis or_none(std::optional<std::int64_t> value) {
  return lock::Millis(value.value_or(0));
}

lock::Settings settings_of(RegisterRequest&& request) {
  return {.description = std::move(request.description),
          .owners = std::move(request.owners),
          .limit = static_cast<std::uint32_t>(request.limit.value_or(0)),
          .shared_groups = std::move(request.shared_groups),
          .lock_delay = lock::Millis(request.lock_delay_ms),
          .max_hold = or_none(request.max_hold_ms),
          .max_ttl = or_none(request.max_ttl_ms),
          .max_wait = or_none(request.max_wait_ms),
          .allow_multi_key_wait = request.allow_multi_key_wait,
          .record_refusals = request.record_refusals};
}

std::optional<lock::Revision> version_of(const Expectation& expected) {
  return expected.any ? std::optional(lock::Revision{}) : expected.version;
}

}  // namespace

Checked<lock::Register> Checker::register_lock(const Caller& caller, RegisterRequest request) const {
  if (const auto fault = check_settings(request)) return *fault;
  lock::Register command{.key = request.key,
                         .expected = version_of(request.expected),
                         .principal = caller.principal,
                         .by = shown_as(caller, {}),
                         .administers = caller.administers};
  const auto request_id = request.request_id;
  command.settings = settings_of(std::move(request));
  if (request_id) command.request = tag_of(caller.principal, *request_id, command);
  return command;
}

Checked<lock::Unregister> Checker::unregister(const Caller& caller, UnregisterRequest request) const {
  if (const auto fault = check_key(request.key, "key")) return *fault;
  if (const auto fault = check_request_id(request.request_id)) return *fault;
  lock::Unregister command{.key = std::move(request.key),
                           .expected = version_of(request.expected),
                           .principal = caller.principal,
                           .by = shown_as(caller, {}),
                           .administers = caller.administers};
  if (request.request_id) command.request = tag_of(caller.principal, *request.request_id, command);
  return command;
}

Checked<lock::Break> Checker::break_hold(const Caller& caller, BreakRequest request) const {
  if (const auto fault = check_key(request.key, "key")) return *fault;
  if (request.lease.has_value() + request.fencing_token.has_value() + request.waiter.has_value() != 1) {
    return invalid("", "name what to break by one of lease, fencing_token and waiter");
  }
  if (const auto fault = check_reason(request.reason)) return *fault;
  if (const auto fault = check_name(request.owner, lock::kMaxOwnerBytes, "owner")) return *fault;
  if (const auto fault = check_request_id(request.request_id)) return *fault;
  lock::Break command{.key = std::move(request.key), .now = request.now, .reason = std::move(request.reason)};
  if (request.lease) {
    auto id = parse_lease_id(*request.lease);
    if (!id) id = handles_.check(*request.lease);
    if (!id) return invalid("lease", "this is not the id of a lease");
    command.target = *id;
  } else if (request.fencing_token) {
    if (*request.fencing_token < 1) return invalid("fencing_token", "this is not a fencing token");
    command.target = lock::FencingToken{static_cast<std::uint64_t>(*request.fencing_token)};
  } else {
    if (*request.waiter < 1) return invalid("waiter", "this is not a waiter");
    command.target = lock::WaiterId{static_cast<std::uint64_t>(*request.waiter)};
  }
  command.by = shown_as(caller, std::move(request.owner));
  if (request.request_id) command.request = tag_of(caller.principal, *request.request_id, command);
  return command;
}

Checked<lock::RequestRelease> Checker::request_release(const Caller& caller,
                                                       ReleaseWishRequest request) const {
  if (const auto fault = check_key(request.key, "key")) return *fault;
  if (const auto fault = check_reason(request.reason)) return *fault;
  if (const auto fault = check_name(request.owner, lock::kMaxOwnerBytes, "owner")) return *fault;
  if (const auto fault = check_request_id(request.request_id)) return *fault;
  lock::RequestRelease command{.key = std::move(request.key), .reason = std::move(request.reason)};
  command.by = shown_as(caller, std::move(request.owner));
  if (request.request_id) command.request = tag_of(caller.principal, *request.request_id, command);
  return command;
}

}  // namespace holdfast::service
