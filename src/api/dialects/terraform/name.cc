#include "api/dialects/terraform/name.h"

#include "api/http/exchange.h"
#include "service/rules.h"

namespace holdfast::api::terraform {
namespace {

constexpr std::string_view kPrefix = "terraform/";

// The first that is called ID, still encoded.
std::optional<std::string> id_in(std::string_view query) {
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    if (part.starts_with("ID=")) return std::string(part.substr(3));
  }
  return std::nullopt;
}

}  // namespace

service::Checked<std::string> key_of(const http::Exchange& exchange) {
  const auto name = http::percent_decode(exchange.path_value());
  if (!name) return service::invalid("", "the path has a malformed escape");
  std::string key = std::string(kPrefix) + *name;
  if (const auto fault = service::check_key(key, "")) return *fault;
  return key;
}

lock::AliasedHold aliased_hold(const http::Exchange& exchange, const std::string& key, std::string id) {
  return {.key = key,
          .dialect = lock::Dialect::terraform,
          .name = std::move(id),
          .principal = exchange.caller().principal};
}

service::Checked<std::optional<lock::AliasedHold>> lock_of_query(const http::Exchange& exchange,
                                                                 const std::string& key) {
  auto id = id_in(exchange.query());
  if (!id || id->empty()) return std::optional<lock::AliasedHold>();
  std::replace(id->begin(), id->end(), '+', ' ');
  auto decoded = http::percent_decode(*id);
  if (!decoded) return service::invalid("ID", "the ID has a malformed escape");
  return aliased_hold(exchange, key, std::move(*decoded));
}

}  // namespace holdfast::api::terraform
