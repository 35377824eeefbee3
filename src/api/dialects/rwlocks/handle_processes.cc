#include <algorithm>

#include <fmt/format.h>

#include "api/dialects/rwlocks/reply.h"
#include "api/dialects/rwlocks/routes.h"

// The processes of a lock: added, refreshed, removed.

namespace holdfast::api::rwlocks {
namespace {

using http::Exchange;
using service::Code;

// A time that is over at once becomes the shortest that there is.
std::int64_t ttl_ms_of(Exchange& exchange, std::optional<std::int64_t> timeout_s) {
  if (!timeout_s) return exchange.backend().dialects.rwlocks.default_ttl.count();
  return *timeout_s <= 0 ? lock::kMinTtl.count() : *timeout_s * 1'000;
}

// What the holders that stood in the way were, by which the original tells its refusals apart.
std::optional<Use> use_of(const lock::Refused& refused) {
  if (refused.holders.empty()) return std::nullopt;
  const lock::HolderInfo& holder = refused.holders.front();
  return holder.mode == lock::Mode::shared && holder.group != "write" ? Use::read : Use::write;
}

std::string conflict(const Ask& ask, Use wanted, const RwLock& lock, const lock::Refused& refused) {
  const auto use = use_of(refused);
  if (use && *use != wanted) {
    return fmt::format(
        "The lock with lock_id:{} is currently in {} state. Please wait for the lock to return to FREE or "
        "READ "
        "state.",
        ask.lock_id, name_of(*use));
  }
  if (use == Use::write && lock.is_write_exclusive) {
    return "The lock is write exclusive. It can only hold one write process at a time.";
  }
  return fmt::format("The lock with lock_id:{} is kept for others. Please try again.", ask.lock_id);
}

void answer_refused(Exchange& exchange, const Ask& ask, Use wanted, const lock::Refused& refused) {
  const auto lock = find_rw_lock(exchange, ask);
  if (!lock) return refuse_unknown(exchange, ask);
  switch (refused.code) {
    case lock::Code::already_held:
      return refuse(exchange, 406, Code::already_held,
                    fmt::format("Process id {} already present in the lock.", ask.process_id), *lock);
    case lock::Code::held:
    case lock::Code::lock_delay:
      return refuse(exchange, 409, service::code_of(refused.code), conflict(ask, wanted, *lock, refused),
                    *lock);
    default:
      return exchange.refuse(http::fault_of(refused));
  }
}

enum class Means { add, refresh };

void acquire(Exchange& exchange, Use wanted, Means means) {
  if (means == Means::add && !admit(exchange)) return;
  std::optional<std::int64_t> timeout_s;
  auto ask = read_ask(exchange, {.timeout_s = &timeout_s});
  if (!ask) return exchange.refuse(ask.error());
  const auto lock = find_rw_lock(exchange, *ask);
  if (!lock) return refuse_unknown(exchange, *ask);
  service::AliasedAcquireRequest request{
      .key = ask->key,
      .alias = {lock::Dialect::rwlocks, ask->process_id},
      .ttl_ms = ttl_ms_of(exchange, timeout_s),
      .on_held = means == Means::add ? lock::OnHeld::refuse_alias : lock::OnHeld::extend_alias,
      .owner = ask->process_id};
  if (wanted == Use::read || !lock->is_write_exclusive)
    request.group = wanted == Use::read ? "read" : "write";
  exchange.submit(exchange.backend().checker.acquire(exchange.caller(), std::move(request)),
                  [ask = *std::move(ask), wanted](Exchange& to, lock::Revision, const lock::Reply& reply) {
                    const auto* const refused = std::get_if<lock::Refused>(&reply);
                    refused == nullptr ? answer_changed(to, ask) : answer_refused(to, ask, wanted, *refused);
                  });
}

void refuse_absent(Exchange& exchange, Use use, const RwLock& lock) {
  refuse(exchange, 400, Code::not_found,
         fmt::format("The process is not present in lock's {} list.", use == Use::read ? "read" : "write"),
         lock);
}

void remove(Exchange& exchange, Use use) {
  auto ask = read_ask(exchange, {});
  if (!ask) return exchange.refuse(ask.error());
  const auto lock = find_rw_lock(exchange, *ask);
  if (!lock) return refuse_unknown(exchange, *ask);
  if (lock->use == Use::free) {
    return refuse(exchange, 400, Code::not_found, "The lock is already in FREE state.", *lock);
  }
  if (lock->use != use) {
    return refuse(exchange, 400, Code::not_found,
                  fmt::format("The lock is currently in {} state.", name_of(lock->use)), *lock);
  }
  const std::vector<Process>& processes = use == Use::read ? lock->readers : lock->writers;
  const auto process = std::ranges::find_if(
      processes, [&](const Process& one) { return one.lease && one.id == ask->process_id; });
  if (process == processes.end()) return refuse_absent(exchange, use, *lock);
  service::Checked<lock::Release> command = lock::Release{.lease = process->lease, .keys = {ask->key}};
  exchange.submit(std::move(command),
                  [ask = *std::move(ask), use](Exchange& to, lock::Revision, const lock::Reply& reply) {
                    const auto* const done = std::get_if<lock::ReleaseDone>(&reply);
                    if (done != nullptr && !done->keys.empty()) return answer_changed(to, ask);
                    const auto* const refused = std::get_if<lock::Refused>(&reply);
                    if (refused != nullptr && refused->code != lock::Code::lease_gone)
                      return to.refuse(http::fault_of(*refused));
                    const auto now = find_rw_lock(to, ask);
                    now ? refuse_absent(to, use, *now) : refuse_unknown(to, ask);
                  });
}

}  // namespace

void handle_add_reader(Exchange& exchange) {
  acquire(exchange, Use::read, Means::add);
}

void handle_refresh_reader(Exchange& exchange) {
  acquire(exchange, Use::read, Means::refresh);
}

void handle_remove_reader(Exchange& exchange) {
  remove(exchange, Use::read);
}

void handle_add_writer(Exchange& exchange) {
  acquire(exchange, Use::write, Means::add);
}

void handle_refresh_writer(Exchange& exchange) {
  acquire(exchange, Use::write, Means::refresh);
}

void handle_remove_writer(Exchange& exchange) {
  remove(exchange, Use::write);
}

}  // namespace holdfast::api::rwlocks
