#include "api/dialects/rwlocks/rw_lock.h"

#include <algorithm>

#include "api/dialects/holder.h"
#include "api/dialects/rwlocks/timestamp.h"
#include "api/http/json_writer.h"

namespace holdfast::api::rwlocks {
namespace {

using http::JsonWriter;
using lock::State;

// When the lease was granted or renewed last: its end less its life. A renewal for a shorter time leaves the
// end where it was.
lock::JournalTime renewed_at(const State& state, const lock::Lease& lease, const lock::Hold& hold,
                             lock::JournalTime now) {
  if (lease.expires == lock::kNever) return hold.since;
  const lock::Millis life = state.expiry(lock::JournalTime(), lease.ttl()) - lock::JournalTime();
  return std::clamp(lease.expires - life, hold.since, std::max(hold.since, now));
}

Process process_of(const State& state, const lock::Hold& hold, lock::JournalTime now) {
  const lock::Lease& lease = state.leases()[hold.lease];
  Process process;
  if (lease.dialect == lock::Dialect::rwlocks) {
    process.id = lease.alias.view();
    process.lease = lease.id;
  } else {
    process.id = foreign_name(lease.dialect, lease.id);
  }
  process.acquired = hold.acquired_at + (renewed_at(state, lease, hold, now) - hold.since);
  process.timeout_s = lease.ttl_ms < 0 ? -1 : lease.ttl_ms / 1'000;
  return process;
}

void write_processes(JsonWriter& out, std::string_view name, const std::vector<Process>& processes) {
  out.key(name);
  out.begin_array();
  for (const Process& process : processes) {
    out.begin_object();
    out.member("process_id", process.id);
    out.member("lock_acquired_at", timestamp(process.acquired));
    out.key("timeout");
    out.signed_number(process.timeout_s);
    out.end_object();
  }
  out.end_array();
}

std::string updated_at(const RwLock& lock, std::optional<lock::WallTime> changed) {
  std::string newest = changed ? timestamp(*changed) : lock.identity.created_at;
  for (const auto* processes : {&lock.readers, &lock.writers}) {
    for (const Process& process : *processes) newest = std::max(newest, timestamp(process.acquired));
  }
  return newest;
}

}  // namespace

std::string_view name_of(Use use) {
  static constexpr std::string_view kNames[] = {"FREE", "READ", "WRITE"};
  return kNames[static_cast<std::size_t>(use)];
}

std::optional<RwLock> find_rw_lock(const State& state, std::string_view key, std::string_view lock_id,
                                   lock::JournalTime now) {
  const lock::Ref<lock::Lock> ref = state.find_lock(key);
  const lock::Settings* const settings = state.settings(ref);
  if (settings == nullptr) return std::nullopt;
  RwLock out{.identity = identity_in(settings->description, key), .lock_id = std::string(lock_id)};
  out.is_write_exclusive =
      !settings->shared_groups.empty() &&
      std::ranges::find(settings->shared_groups, "write") == settings->shared_groups.end();
  const auto& holders = state.locks()[ref].holders;
  for (lock::Ref<lock::Hold> at = holders.front(); at; at = holders.next(state.holds(), at)) {
    const lock::Hold& hold = state.holds()[at];
    const bool reads = hold.mode == lock::Mode::shared && hold.group.view() != "write";
    (reads ? out.readers : out.writers).push_back(process_of(state, hold, now));
  }
  for (auto* processes : {&out.readers, &out.writers}) {
    std::ranges::stable_sort(*processes, {}, &Process::acquired);
  }
  if (!out.writers.empty()) out.use = Use::write;
  if (!out.readers.empty()) out.use = Use::read;
  return out;
}

std::string to_json(const RwLock& lock, std::optional<lock::WallTime> changed) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.member("id", lock.identity.id);
  out.member("created_at", lock.identity.created_at);
  out.member("updated_at", updated_at(lock, changed));
  out.member("lock_id", lock.lock_id);
  write_processes(out, "read_process_list", lock.readers);
  write_processes(out, "write_process_list", lock.writers);
  out.key("is_write_exclusive");
  out.boolean(lock.is_write_exclusive);
  out.member("current_state", name_of(lock.use));
  out.end_object();
  return text;
}

}  // namespace holdfast::api::rwlocks
