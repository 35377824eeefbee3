#include <fmt/format.h>

#include "api/http/handlers.h"
#include "service/rules.h"

namespace holdfast::api::http {
namespace {

namespace json = boost::json;

void read_how(BodyFields& in, service::Wanted& how) {
  if (const auto word = in.word("mode", {"exclusive", "shared"})) {
    how.mode = *word == 0 ? lock::Mode::exclusive : lock::Mode::shared;
  }
  in.text("group", how.group);
  in.integer("permits", how.permits);
  in.integer("limit", how.limit);
}

// One member of "keys": a key, or an object that also says how.
std::optional<service::Fault> read_item(const json::value& value, std::string field,
                                        std::vector<service::WantedKey>& keys) {
  service::WantedKey wanted{.field = field};
  if (value.is_string()) {
    wanted.key.assign(value.get_string().data(), value.get_string().size());
    keys.push_back(std::move(wanted));
    return std::nullopt;
  }
  if (!value.is_object())
    return service::invalid(field, fmt::format("{} {}", field, wrong_type("a key", value)));
  BodyFields in(value.get_object(), field + ".");
  in.text("key", wanted.key);
  in.require("key");
  read_how(in, wanted.how);
  wanted.field = field + ".key";
  keys.push_back(std::move(wanted));
  return in.finish();
}

std::optional<service::Fault> read_keys(BodyFields& in, std::vector<service::WantedKey>& keys) {
  std::optional<std::string> single;
  in.text("key", single);
  const json::value* list = in.any("keys");
  if (single && list != nullptr) return service::invalid("keys", "there is both 'key' and 'keys'");
  if (!single && list == nullptr) return service::invalid("key", "there is no key");
  if (single) {
    keys.push_back(service::WantedKey{.key = std::move(*single), .field = "key"});
    return std::nullopt;
  }
  if (!list->is_array()) return service::invalid("keys", fmt::format("keys {}", wrong_type("a list", *list)));
  std::size_t index = 0;
  for (const json::value& value : list->get_array()) {
    if (auto fault = read_item(value, fmt::format("keys[{}]", index++), keys)) return fault;
  }
  return std::nullopt;
}

}  // namespace

void handle_acquire(Exchange& exchange) {
  service::AcquireRequest request;
  std::optional<service::Fault> keys_fault;
  const auto fault = exchange.read_body([&](BodyFields& in) {
    keys_fault = read_keys(in, request.keys);
    read_how(in, request.how);
    in.text("lease", request.lease);
    in.integer("ttl_ms", request.ttl_ms);
    in.integer("wait_ms", request.wait_ms);
    in.integer("claim_ms", request.claim_ms);
    in.integer("reattach_ms", request.reattach_ms);
    in.text("owner", request.owner);
    in.text("reason", request.reason);
    in.object_text("metadata", request.metadata);
    in.text("request_id", request.request_id);
    if (in.word("on_held", {"refuse", "return"}).value_or(0) == 1)
      request.on_held = lock::OnHeld::return_hold;
  });
  if (fault) return exchange.refuse(*fault);
  if (keys_fault) return exchange.refuse(*keys_fault);
  exchange.submit(exchange.backend().checker.acquire(exchange.caller(), std::move(request)));
}

}  // namespace holdfast::api::http
