#include "api/http/handlers.h"

// The verbs on a lease that its owner has: renew, release, cancel a wait.

namespace holdfast::api::http {

void handle_renew(Exchange& exchange) {
  service::RenewRequest request;
  const auto fault = exchange.read_body([&](BodyFields& in) {
    in.text("lease", request.lease);
    in.require("lease");
    in.integer("ttl_ms", request.ttl_ms);
    in.text("request_id", request.request_id);
  });
  if (fault) return exchange.refuse(*fault);
  exchange.submit(exchange.backend().checker.renew(exchange.caller(), std::move(request)));
}

void handle_release(Exchange& exchange) {
  service::ReleaseRequest request;
  const auto fault = exchange.read_body([&](BodyFields& in) {
    in.text("lease", request.lease);
    in.require("lease");
    in.texts("keys", request.keys);
    in.integer("keep_for_ms", request.keep_for_ms);
    in.text("request_id", request.request_id);
  });
  if (fault) return exchange.refuse(*fault);
  exchange.submit(exchange.backend().checker.release(exchange.caller(), std::move(request)));
}

void handle_cancel(Exchange& exchange) {
  service::CancelRequest request;
  const auto fault = exchange.read_body([&](BodyFields& in) {
    in.text("request_id", request.request_id);
    in.require("request_id");
  });
  if (fault) return exchange.refuse(*fault);
  exchange.submit(exchange.backend().checker.cancel(exchange.caller(), std::move(request)));
}

}  // namespace holdfast::api::http
