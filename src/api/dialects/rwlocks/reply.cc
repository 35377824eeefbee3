#include "api/dialects/rwlocks/reply.h"

#include <fmt/format.h>

namespace holdfast::api::rwlocks {

using http::Exchange;
using service::Code;

bool admit(Exchange& exchange) {
  const auto fault = exchange.backend().rwlocks_limits.admit(exchange.client_address());
  if (fault) exchange.refuse(*fault);
  return !fault;
}

std::optional<RwLock> find_rw_lock(Exchange& exchange, const Ask& ask) {
  const keeper::Keeper& keeper = exchange.backend().keeper;
  return find_rw_lock(keeper.state(), ask.key, ask.lock_id, keeper.now());
}

void answer_lock(Exchange& exchange, const RwLock& lock, int status) {
  exchange.body().raw(to_json(lock));
  exchange.answer_when_durable(status);
}

void answer_changed(Exchange& exchange, const Ask& ask, int status) {
  const auto lock = find_rw_lock(exchange, ask);
  if (!lock) return refuse_unknown(exchange, ask);  // somebody has unregistered it
  exchange.body().raw(to_json(*lock, lock::WallTime(exchange.backend().clocks.now())));
  exchange.answer_when_durable(status);
}

void refuse(Exchange& exchange, int status, Code code, std::string_view text) {
  exchange.mark_refused(code);
  std::string error;
  write_error(error, text);
  exchange.body().raw(error);
  exchange.answer_when_durable(status);
}

void refuse(Exchange& exchange, int status, Code code, std::string_view text, const RwLock& lock) {
  refuse(exchange, status, code, fmt::format("{} Current lock state: {}", text, to_json(lock)));
}

void refuse_unknown(Exchange& exchange, const Ask& ask) {
  refuse(exchange, 404, Code::not_found,
         fmt::format("Missing data: DistributedLock with lock_id: {} not found.", ask.lock_id));
}

}  // namespace holdfast::api::rwlocks
