#include <fmt/format.h>

#include "api/http/handlers.h"
#include "lock/view.h"
#include "service/rules.h"

// What somebody else than a lease's owner asks of a lock: break, request of a release, fence check; and of
// the cell: the end of an upgrade.

namespace holdfast::api::http {

void handle_break(Exchange& exchange) {
  service::BreakRequest request;
  const auto fault = exchange.read_body([&](BodyFields& in) {
    in.text("key", request.key);
    in.require("key");
    in.text("lease", request.lease);
    in.integer("fencing_token", request.fencing_token);
    in.integer("waiter", request.waiter);
    in.text("reason", request.reason);
    in.truth("now", request.now);
    in.text("owner", request.owner);
    in.text("request_id", request.request_id);
  });
  if (fault) return exchange.refuse(*fault);
  exchange.submit(exchange.backend().checker.break_hold(exchange.caller(), std::move(request)));
}

void handle_request_release(Exchange& exchange) {
  service::ReleaseWishRequest request;
  const auto fault = exchange.read_body([&](BodyFields& in) {
    in.text("key", request.key);
    in.require("key");
    in.text("reason", request.reason);
    in.text("owner", request.owner);
    in.text("request_id", request.request_id);
  });
  if (fault) return exchange.refuse(*fault);
  exchange.submit(exchange.backend().checker.request_release(exchange.caller(), std::move(request)));
}

void handle_fence_check(Exchange& exchange) {
  std::string key;
  std::int64_t token = 0;
  const auto fault = exchange.read_body([&](BodyFields& in) {
    in.text("key", key);
    in.require("key");
    in.integer("fencing_token", token);
    in.require("fencing_token");
  });
  if (fault) return exchange.refuse(*fault);
  if (const auto bad = service::check_key(key, "key")) return exchange.refuse(*bad);
  if (token < 0) return exchange.refuse(service::invalid("fencing_token", "this is not a fencing token"));
  const lock::State& state = exchange.backend().keeper.state();
  if (!lock::fence_valid(state, key, lock::FencingToken{static_cast<std::uint64_t>(token)})) {
    return exchange.refuse_when_durable(service::Fault{
        service::Code::stale_fence, fmt::format("no present hold of the key has the token {}", token), ""});
  }
  JsonWriter out = exchange.body();
  out.begin_object();
  out.member("valid", true);
  out.member("revision", state.revision());
  out.end_object();
  exchange.answer_when_durable();
}

void handle_finish_upgrade(Exchange& exchange) {
  if (const auto fault = exchange.read_body([](BodyFields&) {})) return exchange.refuse(*fault);
  exchange.submit(service::Checked<lock::FinishUpgrade>(lock::FinishUpgrade{}));
}

}  // namespace holdfast::api::http
