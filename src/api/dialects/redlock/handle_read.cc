#include <algorithm>
#include <optional>

#include "api/dialects/holder.h"
#include "api/dialects/redlock/commands.h"
#include "api/resp/exchange.h"
#include "lock/state.h"
#include "lock/view.h"

// Commands that look at keys. They are told what is durable.

namespace holdfast::api::redlock {
namespace {

using lock::Hold;
using resp::Exchange;
using resp::ReplyWriter;

const lock::State& state_of(const Exchange& exchange) {
  return exchange.backend().keeper.state();
}

// Redis tells -2 of a key that is not there and -1 of one that stays.
std::int64_t remaining_ms(const Exchange& exchange, std::string_view key) {
  const lock::State& state = state_of(exchange);
  const Hold* const hold = holder_of(state, key);
  if (hold == nullptr) return -2;
  const auto left = state.expires_in(state.end_of(*hold), exchange.backend().keeper.now());
  return left ? left->count() : -1;
}

}  // namespace

void handle_get(Exchange& exchange) {
  const lock::State& state = state_of(exchange);
  const Hold* const hold = holder_of(state, exchange.arguments()[1]);
  exchange.reply_when_durable([&](ReplyWriter& out) {
    hold == nullptr ? out.null()
                    : out.text(name_shown(state.leases()[hold->lease], lock::Dialect::redlock,
                                          exchange.caller().principal));
  });
}

void handle_exists(Exchange& exchange) {
  const auto held = std::ranges::count_if(exchange.arguments().subspan(1), [&](std::string_view key) {
    return holder_of(state_of(exchange), key) != nullptr;
  });
  exchange.reply_when_durable([&](ReplyWriter& out) { out.integer(held); });
}

void handle_pttl(Exchange& exchange) {
  const std::int64_t left = remaining_ms(exchange, exchange.arguments()[1]);
  exchange.reply_when_durable([&](ReplyWriter& out) { out.integer(left); });
}

void handle_ttl(Exchange& exchange) {
  const std::int64_t left = remaining_ms(exchange, exchange.arguments()[1]);
  exchange.reply_when_durable([&](ReplyWriter& out) { out.integer(left < 0 ? left : (left + 500) / 1'000); });
}

}  // namespace holdfast::api::redlock
