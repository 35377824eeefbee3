#include "client/json_codec.h"
#include "client/json_lock.h"
#include "client/json_members.h"
#include "client/json_reply.h"

namespace holdfast::client {
namespace {

using boost::json::object;

// Expiry decides about safety: a number or an explicit null, never a guess.
bool has_expiry(const object& lease) {
  const auto* value = lease.if_contains("expires_in_ms");
  return value != nullptr && (value->is_null() || number_member(lease, "expires_in_ms"));
}

Lease read_lease(const object& in) {
  Lease lease{.id = text_member(in, "id"),
              .handle = text_member(in, "handle"),
              .owner = text_member(in, "owner"),
              .ttl = duration_member(in, "ttl_ms"),
              .expires_in = duration_member(in, "expires_in_ms")};
  if (lease.ttl && lease.ttl->count() < 0) lease.ttl.reset();
  return lease;
}

std::vector<Grant> read_grants(const object& in, std::string_view name) {
  std::vector<Grant> grants;
  for_each_object(in, name, [&](const object& item) {
    grants.push_back(
        {.key = text_member(item, "key"),
         .mode = text_member(item, "mode"),
         .fencing_token = static_cast<std::uint64_t>(number_member(item, "fencing_token").value_or(0))});
  });
  return grants;
}

std::vector<LostHold> read_losses(const object& in) {
  std::vector<LostHold> lost;
  for_each_object(in, "lost", [&](const object& item) {
    lost.push_back({.key = text_member(item, "key"),
                    .ended_by = text_member(item, "ended_by"),
                    .by = text_member(item, "by"),
                    .reason = text_member(item, "reason")});
  });
  return lost;
}

std::vector<ReleaseWish> read_wishes(const object& in) {
  std::vector<ReleaseWish> wishes;
  for_each_object(in, "release_requested", [&](const object& item) {
    wishes.push_back({.key = text_member(item, "key"),
                      .by = text_member(item, "by"),
                      .reason = text_member(item, "reason")});
  });
  return wishes;
}

LeaseView read_lease_view(const object& in) {
  return LeaseView{.lease = read_lease(in), .holds = read_grants(in, "holds")};
}

std::vector<std::string> read_owners(const object& in, std::string_view name) {
  std::vector<std::string> owners;
  const auto* value = member(in, name);
  const auto* array = value != nullptr ? value->if_array() : nullptr;
  if (array == nullptr) return owners;
  for (const auto& element : *array) {
    if (element.is_string()) owners.emplace_back(element.get_string());
    if (const auto* item = element.if_object()) owners.push_back(text_member(*item, "owner"));
  }
  return owners;
}

void flatten(const object& in, const std::string& prefix,
             std::vector<std::pair<std::string, std::string>>& out) {
  for (const auto& [name, value] : in) {
    const std::string path = prefix + std::string(name);
    if (const auto* inner = value.if_object()) {
      flatten(*inner, path + ".", out);
    } else {
      out.emplace_back(path,
                       value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value));
    }
  }
}

}  // namespace

template <>
Result<AcquireReply> decode(std::string_view body) {
  return decode_object<AcquireReply>(body, [](const object& in, AcquireReply& reply) -> std::string_view {
    const object* lease = object_member(in, "lease");
    if (lease == nullptr || !has_expiry(*lease)) return "lease.expires_in_ms";
    reply.lease = read_lease(*lease);
    reply.grants = read_grants(in, "grants");
    // Left out it would shorten the deadline: safe, so not required.
    reply.waited = duration_member(in, "waited_ms").value_or(Milliseconds(0));
    if (reply.lease.handle.empty()) return "lease.handle";
    return reply.grants.empty() ? "grants" : "";
  });
}

template <>
Result<RenewReply> decode(std::string_view body) {
  return decode_object<RenewReply>(body, [](const object& in, RenewReply& reply) -> std::string_view {
    const object* lease = object_member(in, "lease");
    if (lease == nullptr || !has_expiry(*lease)) return "lease.expires_in_ms";
    reply.lease = read_lease(*lease);
    reply.lost = read_losses(in);
    reply.release_requested = read_wishes(in);
    return "";
  });
}

template <>
Result<ReleaseReply> decode(std::string_view body) {
  return decode_object<ReleaseReply>(body, [](const object& in, ReleaseReply& reply) -> std::string_view {
    const auto* released = member(in, "released");
    if (released == nullptr || !released->is_array()) return "released";
    for (const auto& key : released->get_array()) {
      if (key.is_string()) reply.released.emplace_back(key.get_string());
    }
    return "";
  });
}

template <>
Result<LeaseReply> decode(std::string_view body) {
  return decode_object<LeaseReply>(body, [](const object& in, LeaseReply& reply) -> std::string_view {
    const object* lease = object_member(in, "lease");
    if (lease == nullptr) return "lease";
    reply.lease = read_lease_view(*lease);
    return "";
  });
}

template <>
Result<LeaseListReply> decode(std::string_view body) {
  return decode_object<LeaseListReply>(body, [](const object& in, LeaseListReply& reply) -> std::string_view {
    if (member(in, "leases") == nullptr) return "leases";
    for_each_object(in, "leases", [&](const object& item) { reply.leases.push_back(read_lease_view(item)); });
    reply.next_cursor = text_member(in, "next_cursor");
    return "";
  });
}

template <>
Result<LockReply> decode(std::string_view body) {
  return decode_object<LockReply>(body, [](const object& in, LockReply& reply) -> std::string_view {
    reply.lock = read_lock(in);
    return reply.lock.state.empty() ? "state" : "";
  });
}

template <>
Result<LockListReply> decode(std::string_view body) {
  return decode_object<LockListReply>(body, [](const object& in, LockListReply& reply) -> std::string_view {
    if (member(in, "locks") == nullptr) return "locks";
    for_each_object(in, "locks", [&](const object& item) { reply.locks.push_back(read_lock(item)); });
    reply.next_cursor = text_member(in, "next_cursor");
    return "";
  });
}

template <>
Result<StatusReply> decode(std::string_view body) {
  return decode_object<StatusReply>(body, [](const object& in, StatusReply& reply) -> std::string_view {
    flatten(in, "", reply.members);
    return "";
  });
}

std::string with_renewed_lease(std::string_view grant, std::string_view renewal) {
  boost::json::error_code error;
  auto in = boost::json::parse(grant, error);
  if (error || !in.is_object()) return std::string(grant);
  const auto newer = boost::json::parse(renewal, error);
  const object* lease = !error && newer.is_object() ? object_member(newer.get_object(), "lease") : nullptr;
  object* old = in.get_object().contains("lease") ? in.get_object()["lease"].if_object() : nullptr;
  if (lease == nullptr || old == nullptr) return std::string(grant);
  for (const auto& [name, value] : *lease) (*old)[name] = value;
  return boost::json::serialize(in);
}

Problem decode_problem(int status, std::string_view body) {
  Problem problem{.status = status};
  problem.json = body;
  boost::json::error_code error;
  const auto value = boost::json::parse(body, error);
  if (error || !value.is_object()) return problem;
  const object& in = value.get_object();
  problem.code = text_member(in, "code");
  problem.title = text_member(in, "title");
  problem.detail = text_member(in, "detail");
  problem.field = text_member(in, "field");
  problem.key = text_member(in, "key");
  problem.holders = read_holders(in);
  if (const auto length = number_member(in, "queue_length")) {
    problem.queue_length = static_cast<std::uint64_t>(*length);
  }
  problem.blocked_by = read_owners(in, "blocked_by");
  problem.waited = duration_member(in, "waited_ms");
  problem.retry_after = duration_member(in, "retry_after_ms");
  problem.ended_by = text_member(in, "ended_by");
  problem.by = text_member(in, "by");
  problem.reason = text_member(in, "reason");
  return problem;
}

}  // namespace holdfast::client
