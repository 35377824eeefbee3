#include "api/dialects/redlock/commands.h"
#include "api/dialects/redlock/reply.h"
#include "api/resp/exchange.h"
#include "api/resp/options.h"

// Commands that end or extend whatever hold a client of Redis has of a key.

namespace holdfast::api::redlock {
namespace {

using resp::Exchange;
using resp::ReplyWriter;

void write_changed(const Exchange&, ReplyWriter& out, lock::Revision, const lock::Reply& reply) {
  const auto* const refused = std::get_if<lock::Refused>(&reply);
  if (refused == nullptr) return out.integer(1);
  if (refused->code == lock::Code::not_found) return out.integer(0);
  is_taken(*refused) ? write_not_yours(out, *refused) : resp::write_refusal(out, *refused);
}

lock::AliasedHold hold_of(const Exchange& exchange, std::string_view key) {
  return {
      .key = std::string(key), .dialect = lock::Dialect::redlock, .principal = exchange.caller().principal};
}

void release(Exchange& exchange, std::string_view key) {
  exchange.submit(exchange.backend().checker.release(hold_of(exchange, key)), write_changed);
}

// A time that is over ends the hold at once, as it ends a key of Redis.
void expire(Exchange& exchange, std::int64_t unit_ms) {
  resp::Options in(exchange.arguments().subspan(1));
  const std::string_view key = in.word("key");
  const std::int64_t ttl_ms = in.duration("the time", unit_ms);
  if (const auto fault = in.finish()) return exchange.refuse(*fault);
  if (ttl_ms <= 0) return release(exchange, key);
  exchange.submit(exchange.backend().checker.renew(hold_of(exchange, key), ttl_ms), write_changed);
}

}  // namespace

void handle_del(Exchange& exchange) {
  release(exchange, exchange.arguments()[1]);
}

void handle_expire(Exchange& exchange) {
  expire(exchange, 1'000);
}

void handle_pexpire(Exchange& exchange) {
  expire(exchange, 1);
}

}  // namespace holdfast::api::redlock
