#include <algorithm>

#include "api/dialects/holder.h"
#include "api/dialects/keys/body.h"
#include "api/dialects/keys/routes.h"
#include "api/http/exchange.h"
#include "lock/state.h"

namespace holdfast::api::keys {

void handle_check(http::Exchange& exchange) {
  const auto body = read_body(exchange);
  if (!body) return exchange.refuse(body.error());
  const auto keys = read_keys(*body);
  if (!keys) return exchange.refuse(keys.error());
  const lock::State& state = exchange.backend().keeper.state();
  const bool locked =
      std::ranges::any_of(*keys, [&](const std::string& key) { return holder_of(state, key) != nullptr; });
  http::JsonWriter out = exchange.body();
  out.begin_object();
  out.key("locked");
  out.boolean(locked);
  out.end_object();
  exchange.answer_when_durable();
}

}  // namespace holdfast::api::keys
