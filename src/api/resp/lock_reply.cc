#include "api/resp/lock_reply.h"

#include "service/requests.h"
#include "service/wall_text.h"

namespace holdfast::api::resp {
namespace {

constexpr std::size_t kHowMembers = 3;

void write_how(ReplyWriter& out, lock::Mode mode, std::string_view group, std::uint32_t permits) {
  const std::string_view named = group.empty() ? service::kDefaultGroup : group;
  out.member("mode", name_of(mode));
  out.member_or_null("group", mode == lock::Mode::exclusive ? std::string_view() : named);
  out.member("permits", std::int64_t{permits});
}

// Ids of leases are texts, as everywhere, so that a client never does arithmetic with them.
void write_lease(ReplyWriter& out, lock::LeaseId id) {
  out.member_or_null("lease", id ? std::to_string(id.value) : std::string());
}

void write_holder(ReplyWriter& out, const lock::HolderInfo& holder) {
  std::string acquired_at;
  service::append_rfc3339(acquired_at, holder.acquired_at);
  out.map(9 + kHowMembers);
  write_lease(out, holder.lease);
  out.member("owner", holder.owner);
  write_how(out, holder.mode, holder.group, holder.permits);
  out.member("fencing_token", holder.token);
  out.member("acquired_at", acquired_at);
  out.member("held_ms", std::optional(holder.held));
  out.member("expires_in_ms", holder.expires_in);
  out.member_or_null("reason", holder.reason);
  out.member_or_null("metadata", holder.metadata);
  out.member("dialect", lock::name_of(holder.dialect));
}

void write_waiter(ReplyWriter& out, const lock::WaiterInfo& waiter) {
  out.map(8 + kHowMembers);
  out.member("waiter", waiter.waiter);
  write_lease(out, waiter.lease);
  out.member("owner", waiter.owner);
  write_how(out, waiter.mode, waiter.group, waiter.permits);
  out.member("position", static_cast<std::int64_t>(waiter.position));
  out.member("waiting_ms", std::optional(waiter.waiting));
  out.member("deadline_in_ms", waiter.deadline_in);
  out.text("detached");
  out.truth(waiter.detached);
  out.member_or_null("reason", waiter.reason);
}

void write_texts(ReplyWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  out.text(name);
  out.array(texts.size());
  for (const std::string& text : texts) out.text(text);
}

void write_settings(ReplyWriter& out, const std::optional<lock::Settings>& settings) {
  out.text("settings");
  if (!settings) return out.null();
  out.map(10);
  out.member("description", settings->description);
  write_texts(out, "owners", settings->owners);
  out.member_or_null("limit", std::int64_t{settings->limit});
  write_texts(out, "shared_groups", settings->shared_groups);
  out.member("lock_delay_ms", settings->lock_delay.count());
  out.member_or_null("max_hold_ms", settings->max_hold.count());
  out.member_or_null("max_ttl_ms", settings->max_ttl.count());
  out.member_or_null("max_wait_ms", settings->max_wait.count());
  out.text("allow_multi_key_wait");
  out.truth(settings->allow_multi_key_wait);
  out.text("record_refusals");
  out.truth(settings->record_refusals);
}

void write_statistics(ReplyWriter& out, const service::KeyStatistics* statistics) {
  out.text("stats");
  if (statistics == nullptr) return out.null();
  out.map(7);
  out.member("grants", static_cast<std::int64_t>(statistics->grants));
  out.member("refusals", static_cast<std::int64_t>(statistics->refusals));
  out.member("timeouts", static_cast<std::int64_t>(statistics->timeouts));
  out.member("wait_ms_p50", statistics->waits.quantile(0.5));
  out.member("wait_ms_p99", statistics->waits.quantile(0.99));
  out.member("hold_ms_p50", statistics->holds.quantile(0.5));
  out.member("hold_ms_p99", statistics->holds.quantile(0.99));
}

}  // namespace

void write_lock(ReplyWriter& out, const lock::LockView& lock, const service::KeyStatistics* statistics,
                std::optional<lock::Revision> revision) {
  out.map(10 + (lock.release_requested ? 1 : 0) + (revision ? 1 : 0));
  out.member("key", lock.key);
  out.member("state", name_of(lock.state));
  out.member_or_null("limit", std::int64_t{lock.limit});
  out.text("holders");
  out.array(lock.holders.size());
  for (const lock::HolderInfo& holder : lock.holders) write_holder(out, holder);
  out.member("holder_count", static_cast<std::int64_t>(lock.holder_count));
  out.text("queue");
  out.array(lock.queue.size());
  for (const lock::WaiterInfo& waiter : lock.queue) write_waiter(out, waiter);
  out.member("queue_length", static_cast<std::int64_t>(lock.queue_length));
  out.member("opens_in_ms", lock.opens_in);
  if (lock.release_requested) out.member("release_requested", *lock.release_requested);
  write_settings(out, lock.settings);
  write_statistics(out, statistics);
  if (revision) out.member("revision", *revision);
}

// A retry is told less of a hold: nothing but its key and lease is remembered.
void write_broken(ReplyWriter& out, const lock::BrokenInfo& broken) {
  const bool was_hold = static_cast<bool>(broken.token);
  const bool was_wait = static_cast<bool>(broken.waiter);
  out.map(1 + (broken.lease ? 1 : 0) + (was_wait ? 1 : 0) + (was_hold ? 2 : 0) +
          (was_hold || was_wait ? 1 : 0));
  out.member("key", broken.key);
  if (broken.lease) write_lease(out, broken.lease);
  if (was_wait) out.member("waiter", broken.waiter);
  if (was_hold || was_wait) out.member("owner", broken.owner);
  if (!was_hold) return;
  out.member("fencing_token", broken.token);
  out.member("opens_in_ms", std::optional(broken.opens_in));
}

}  // namespace holdfast::api::resp
