#include "api/http/lock_json.h"

#include <charconv>

#include "base/assert.h"
#include "service/code.h"
#include "service/requests.h"

namespace holdfast::api::http {
namespace {

void write_how(JsonWriter& out, lock::Mode mode, std::string_view group, std::uint32_t permits) {
  out.member("mode", name_of(mode));
  out.key("group");
  if (mode == lock::Mode::exclusive) {
    out.null();
  } else {
    out.text(group.empty() ? service::kDefaultGroup : group);
  }
  out.member("permits", permits);
}

// Ids of leases are texts, so that a client never does arithmetic with them; none is null.
void write_lease_id(JsonWriter& out, std::string_view name, lock::LeaseId id) {
  char text[24];
  out.key(name);
  if (!id) return out.null();
  out.text({text, std::to_chars(text, text + sizeof text, id.value).ptr});
}

void write_ttl(JsonWriter& out, const lock::LeaseInfo& lease) {
  out.member("ttl_ms", lease.ttl);
  out.member("expires_in_ms", lease.expires_in);
}

void write_text_or_null(JsonWriter& out, std::string_view name, std::string_view text) {
  out.key(name);
  if (text.empty()) return out.null();
  out.text(text);
}

void write_json_or_null(JsonWriter& out, std::string_view name, std::string_view json) {
  out.key(name);
  out.raw(json.empty() ? "null" : json);
}

void write_own_members(JsonWriter& out, const lock::LeaseInfo& lease, const service::LeaseHandles& handles) {
  std::string handle;
  handles.append(handle, lease.id);
  write_lease_id(out, "id", lease.id);
  out.member("handle", handle);
  out.member("owner", lease.owner);
  write_ttl(out, lease);
}

void write_texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  out.key(name);
  out.begin_array();
  for (const std::string& text : texts) out.text(text);
  out.end_array();
}

void write_number_or_null(JsonWriter& out, std::string_view name, std::int64_t number) {
  out.key(name);
  if (number == 0) return out.null();
  out.number(static_cast<std::uint64_t>(number));
}

void write_losses(JsonWriter& out, const std::vector<lock::LossInfo>& losses) {
  out.key("lost");
  out.begin_array();
  for (const lock::LossInfo& loss : losses) {
    out.begin_object();
    out.member("key", loss.key);
    out.member("fencing_token", loss.token);
    out.member("ended_by", service::name_of(loss.ended.how));
    write_text_or_null(out, "by", loss.ended.by);
    write_text_or_null(out, "reason", loss.ended.reason);
    out.end_object();
  }
  out.end_array();
}

void write_wishes(JsonWriter& out, const std::vector<lock::ReleaseRequestInfo>& wishes) {
  out.key("release_requested");
  out.begin_array();
  for (const lock::ReleaseRequestInfo& wish : wishes) {
    out.begin_object();
    out.member("key", wish.key);
    write_text_or_null(out, "by", wish.by);
    write_text_or_null(out, "reason", wish.reason);
    out.end_object();
  }
  out.end_array();
}

// A retry is told less of a hold: nothing but its key and lease is remembered.
void write_broken(JsonWriter& out, const lock::BrokenInfo& broken) {
  out.begin_object();
  out.member("key", broken.key);
  if (broken.lease) write_lease_id(out, "lease", broken.lease);
  if (broken.waiter) out.member("waiter", broken.waiter);
  if (broken.token) out.member("fencing_token", broken.token);
  if (broken.token || broken.waiter) out.member("owner", broken.owner);
  if (broken.token) out.member("opens_in_ms", broken.opens_in);
  out.end_object();
}

// Without statistics it is null.
void write_statistics(JsonWriter& out, const service::KeyStatistics* statistics) {
  out.key("stats");
  if (statistics == nullptr) return out.null();
  out.begin_object();
  out.member("grants", statistics->grants);
  out.member("refusals", statistics->refusals);
  out.member("timeouts", statistics->timeouts);
  out.member("wait_ms_p50", statistics->waits.quantile(0.5));
  out.member("wait_ms_p99", statistics->waits.quantile(0.99));
  out.member("hold_ms_p50", statistics->holds.quantile(0.5));
  out.member("hold_ms_p99", statistics->holds.quantile(0.99));
  out.end_object();
}

// One overload per reply: the members before "revision".
struct ReplyMembers {
  JsonWriter& out;
  const service::LeaseHandles& handles;

  void operator()(const lock::Acquired& reply) const {
    out.key("lease");
    write_own_lease(out, reply.lease, handles);
    out.key("grants");
    out.begin_array();
    for (const lock::Grant& grant : reply.grants) write_grant(out, grant);
    out.end_array();
    out.member("waited_ms", reply.waited);
    out.member("queued_ms", reply.queued);
  }
  void operator()(const lock::AcquiredEach&) const { HOLDFAST_ASSERT(!"only dialects ask for each"); }
  void operator()(const lock::LeaseStarted& reply) const {
    out.key("lease");
    write_opened_lease(out, reply.lease, handles);
  }
  void operator()(const lock::Renewed& reply) const {
    out.key("lease");
    write_own_lease(out, reply.lease, handles);
    if (!reply.lost.empty()) write_losses(out, reply.lost);
    if (!reply.release_requested.empty()) write_wishes(out, reply.release_requested);
  }
  void operator()(const lock::ReleaseDone& reply) const {
    out.key("released");
    out.begin_array();
    for (const std::string& key : reply.keys) out.text(key);
    out.end_array();
  }
  void operator()(const lock::CancelDone& reply) const { out.member("cancelled", reply.cancelled); }
  void operator()(const lock::RegisterDone& reply) const {
    out.member("key", reply.key);
    out.key("settings");
    write_settings(out, reply.settings);
    out.member("created", reply.created);
  }
  void operator()(const lock::UnregisterDone& reply) const { out.member("unregistered", reply.key); }
  void operator()(const lock::BreakDone& reply) const {
    out.key("broken");
    out.begin_array();
    for (const lock::BrokenInfo& broken : reply.broken) write_broken(out, broken);
    out.end_array();
  }
  void operator()(const lock::ReleaseRequestDone& reply) const {
    out.member("key", reply.key);
    out.key("holders");
    out.begin_array();
    for (const lock::HolderInfo& holder : reply.holders) write_holder(out, holder);
    out.end_array();
  }
  void operator()(const lock::UpgradeDone& reply) const { out.member("level", std::uint64_t{reply.level}); }
  void operator()(const lock::DocumentDone&) const {}
  void operator()(const lock::Refused&) const { HOLDFAST_ASSERT(!"a refusal is a problem"); }
};

}  // namespace

void write_holder(JsonWriter& out, const lock::HolderInfo& holder) {
  out.begin_object();
  write_lease_id(out, "lease", holder.lease);
  out.member("owner", holder.owner);
  write_how(out, holder.mode, holder.group, holder.permits);
  out.member("fencing_token", holder.token);
  out.member("acquired_at", holder.acquired_at);
  out.member("held_ms", holder.held);
  out.member("expires_in_ms", holder.expires_in);
  write_text_or_null(out, "reason", holder.reason);
  write_json_or_null(out, "metadata", holder.metadata);
  out.member("dialect", lock::name_of(holder.dialect));
  out.end_object();
}

void write_waiter(JsonWriter& out, const lock::WaiterInfo& waiter) {
  out.begin_object();
  out.member("waiter", waiter.waiter);
  write_lease_id(out, "lease", waiter.lease);
  out.member("owner", waiter.owner);
  write_how(out, waiter.mode, waiter.group, waiter.permits);
  out.member("position", waiter.position);
  out.member("waiting_ms", waiter.waiting);
  out.member("deadline_in_ms", waiter.deadline_in);
  out.member("detached", waiter.detached);
  write_text_or_null(out, "reason", waiter.reason);
  out.end_object();
}

void write_grant(JsonWriter& out, const lock::Grant& grant) {
  out.begin_object();
  out.member("key", grant.key);
  write_how(out, grant.mode, grant.group, grant.permits);
  out.member("fencing_token", grant.token);
  out.member("fence_floor", grant.fence_floor);
  out.member("acquired_at", grant.acquired_at);
  if (grant.expires_in) out.member("expires_in_ms", grant.expires_in);
  out.end_object();
}

void write_own_lease(JsonWriter& out, const lock::LeaseInfo& lease, const service::LeaseHandles& handles) {
  out.begin_object();
  write_own_members(out, lease, handles);
  out.end_object();
}

void write_opened_lease(JsonWriter& out, const lock::LeaseInfo& lease, const service::LeaseHandles& handles) {
  out.begin_object();
  write_own_members(out, lease, handles);
  out.key("holds");
  out.begin_array();
  out.end_array();
  out.end_object();
}

void write_lease(JsonWriter& out, const lock::LeaseView& lease, bool with_holds) {
  out.begin_object();
  write_lease_id(out, "id", lease.lease.id);
  out.member("owner", lease.lease.owner);
  write_text_or_null(out, "principal", lease.principal);
  write_ttl(out, lease.lease);
  out.member("shared", lease.shared);
  write_json_or_null(out, "metadata", lease.metadata);
  out.member("dialect", lock::name_of(lease.dialect));
  if (with_holds) {
    out.key("holds");
    out.begin_array();
    for (const lock::LeaseHold& hold : lease.holds) {
      out.begin_object();
      out.member("key", hold.key);
      out.member("mode", name_of(hold.mode));
      out.member("fencing_token", hold.token);
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
}

void write_settings(JsonWriter& out, const lock::Settings& settings) {
  out.begin_object();
  out.member("description", settings.description);
  write_texts(out, "owners", settings.owners);
  write_number_or_null(out, "limit", settings.limit);
  write_texts(out, "shared_groups", settings.shared_groups);
  out.member("lock_delay_ms", settings.lock_delay);
  write_number_or_null(out, "max_hold_ms", settings.max_hold.count());
  write_number_or_null(out, "max_ttl_ms", settings.max_ttl.count());
  write_number_or_null(out, "max_wait_ms", settings.max_wait.count());
  out.member("allow_multi_key_wait", settings.allow_multi_key_wait);
  out.member("record_refusals", settings.record_refusals);
  out.end_object();
}

void write_lock_members(JsonWriter& out, const lock::LockView& lock,
                        const service::KeyStatistics* statistics) {
  out.member("key", lock.key);
  out.member("state", name_of(lock.state));
  write_number_or_null(out, "limit", lock.limit);
  out.key("holders");
  out.begin_array();
  for (const lock::HolderInfo& holder : lock.holders) write_holder(out, holder);
  out.end_array();
  out.member("holder_count", lock.holder_count);
  out.key("queue");
  out.begin_array();
  for (const lock::WaiterInfo& waiter : lock.queue) write_waiter(out, waiter);
  out.end_array();
  out.member("queue_length", lock.queue_length);
  out.member("opens_in_ms", lock.opens_in);
  if (lock.release_requested) out.member("release_requested", *lock.release_requested);
  out.key("settings");
  if (lock.settings) {
    write_settings(out, *lock.settings);
  } else {
    out.null();
  }
  write_statistics(out, statistics);
}

void write_lock(JsonWriter& out, const lock::LockView& lock, const service::KeyStatistics* statistics) {
  out.begin_object();
  write_lock_members(out, lock, statistics);
  out.end_object();
}

void write_reply(JsonWriter& out, lock::Revision revision, const lock::Reply& reply,
                 const service::LeaseHandles& handles) {
  out.begin_object();
  std::visit(ReplyMembers{out, handles}, reply);
  out.member("revision", revision);
  out.end_object();
}

}  // namespace holdfast::api::http
