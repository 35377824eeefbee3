#include <fmt/format.h>

#include "api/http/handlers.h"
#include "service/rules.h"

// The verbs on a lease that its owner has: renew, release, cancel a wait.

namespace holdfast::api::http {
namespace {

std::optional<service::Fault> read_key_list(BodyFields& in, std::optional<std::vector<std::string>>& keys) {
  const boost::json::value* list = in.any("keys");
  if (list == nullptr) return std::nullopt;
  if (!list->is_array()) return service::invalid("keys", fmt::format("keys {}", wrong_type("a list", *list)));
  keys.emplace();
  for (const boost::json::value& value : list->get_array()) {
    const std::string field = fmt::format("keys[{}]", keys->size());
    if (!value.is_string())
      return service::invalid(field, fmt::format("{} {}", field, wrong_type("a key", value)));
    keys->emplace_back(value.get_string().data(), value.get_string().size());
  }
  return std::nullopt;
}

}  // namespace

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
  std::optional<service::Fault> keys_fault;
  const auto fault = exchange.read_body([&](BodyFields& in) {
    in.text("lease", request.lease);
    in.require("lease");
    keys_fault = read_key_list(in, request.keys);
    in.integer("keep_for_ms", request.keep_for_ms);
    in.text("request_id", request.request_id);
  });
  if (fault) return exchange.refuse(*fault);
  if (keys_fault) return exchange.refuse(*keys_fault);
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
