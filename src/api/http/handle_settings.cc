#include <charconv>

#include "api/http/handlers.h"
#include "service/rules.h"

// Registered keys: their settings, and the entity tag that keeps two who change them apart.

namespace holdfast::api::http {
namespace {

service::Checked<std::string> key_of(const Exchange& exchange) {
  auto key = percent_decode(exchange.path_value());
  if (!key) return service::invalid("key", "the path has a malformed percent escape");
  return *std::move(key);
}

// `*` or one strong entity tag, as replies give it.
service::Checked<service::Expectation> expectation(std::string_view if_match) {
  service::Expectation expected;
  if (if_match.empty()) return expected;
  if (if_match == "*") {
    expected.any = true;
    return expected;
  }
  std::uint64_t version = 0;
  if (if_match.size() > 2 && if_match.front() == '"' && if_match.back() == '"') {
    const char* const end = if_match.data() + if_match.size() - 1;
    const auto [at, error] = std::from_chars(if_match.data() + 1, end, version);
    if (error != std::errc() || at != end) version = 0;
  }
  if (version == 0) return service::invalid("If-Match", "If-Match is the ETag that a reply has given, or *");
  expected.version = lock::Revision{version};
  return expected;
}

}  // namespace

void handle_register(Exchange& exchange) {
  auto key = key_of(exchange);
  if (!key) return exchange.refuse(key.error());
  auto expected = expectation(exchange.asked().if_match);
  if (!expected) return exchange.refuse(expected.error());
  service::RegisterRequest request{.key = *std::move(key), .expected = *expected};
  const auto fault = exchange.read_body([&](BodyFields& in) {
    in.text("description", request.description);
    in.texts("owners", request.owners);
    in.integer_or_null("limit", request.limit);
    in.texts("shared_groups", request.shared_groups);
    in.integer("lock_delay_ms", request.lock_delay_ms);
    in.integer_or_null("max_hold_ms", request.max_hold_ms);
    in.integer_or_null("max_ttl_ms", request.max_ttl_ms);
    in.integer_or_null("max_wait_ms", request.max_wait_ms);
    in.truth("allow_multi_key_wait", request.allow_multi_key_wait);
    in.truth("record_refusals", request.record_refusals);
    in.text("request_id", request.request_id);
  });
  if (fault) return exchange.refuse(*fault);
  exchange.submit(exchange.backend().checker.register_lock(exchange.caller(), std::move(request)));
}

void handle_unregister(Exchange& exchange) {
  const auto query = Query::parse(exchange.query(), {"request_id"});
  if (!query) return exchange.refuse(query.error());
  auto key = key_of(exchange);
  if (!key) return exchange.refuse(key.error());
  auto expected = expectation(exchange.asked().if_match);
  if (!expected) return exchange.refuse(expected.error());
  service::UnregisterRequest request{.key = *std::move(key), .expected = *expected};
  if (const std::string* request_id = query->find("request_id")) {
    request.request_id = *request_id;
    exchange.call_it(*request_id);
  }
  exchange.submit(exchange.backend().checker.unregister(exchange.caller(), std::move(request)));
}

}  // namespace holdfast::api::http
