#include <algorithm>

#include "api/dialects/holder.h"
#include "api/dialects/keys/body.h"
#include "api/dialects/keys/routes.h"
#include "lock/limits.h"

namespace holdfast::api::keys {
namespace {

using http::Exchange;
using http::JsonWriter;

// The README has at the top level what the server wraps in `lock`.
enum class Shape { server, readme };

template <class Write>
void answer(Exchange& exchange, Shape shape, lock::Revision revision, Write write) {
  JsonWriter out = exchange.body();
  out.begin_object();
  if (shape == Shape::server) {
    out.key("lock");
    out.begin_object();
  }
  write(out);
  if (shape == Shape::server) out.end_object();
  out.end_object();
  exchange.answer_at(revision);
}

void write_token(JsonWriter& out, const std::string& key, lock::FencingToken version) {
  out.begin_object();
  out.member("key", key);
  out.member("version", version);
  out.end_object();
}

// As many as were asked for: a key that is named twice has its token twice.
void write_tokens(JsonWriter& out, const std::vector<std::string>& asked,
                  const lock::AcquiredEach& acquired) {
  out.key("tokens");
  out.begin_array();
  for (const std::string& key : asked) {
    const auto granted = std::ranges::find(
        acquired.each, key,
        [](const lock::Acquired& one) -> const std::string& { return one.grants.front().key; });
    write_token(out, key, granted->grants.front().token);
  }
  out.end_array();
}

std::vector<std::string> distinct(const std::vector<std::string>& keys) {
  std::vector<std::string> out = keys;
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

// A time below zero ends at once there; here after the shortest that there is.
std::int64_t ttl_ms_of(Exchange& exchange, std::optional<std::int64_t> exp) {
  const std::int64_t standard = exchange.backend().dialects.keys.default_ttl.count();
  return exp ? std::max(*exp, lock::kMinTtl.count()) : standard;
}

void lock_keys(Exchange& exchange, Shape shape) {
  const auto body = read_body(exchange);
  if (!body) return exchange.refuse(body.error());
  auto uid = read_uid(*body);
  if (!uid) return exchange.refuse(uid.error());
  auto keys = read_keys(*body);
  if (!keys) return exchange.refuse(keys.error());
  const auto exp = read_exp(*body);
  if (!exp) return exchange.refuse(exp.error());
  service::AliasedAcquireEachRequest request{.keys = distinct(*keys),
                                             .alias = {lock::Dialect::keys, *std::move(uid)},
                                             .ttl_ms = ttl_ms_of(exchange, *exp),
                                             .owner = exchange.client_address()};
  exchange.submit(
      exchange.backend().checker.acquire_each(exchange.caller(), std::move(request)),
      [asked = *std::move(keys), shape](Exchange& to, lock::Revision revision, const lock::Reply& reply) {
        if (const auto* acquired = std::get_if<lock::AcquiredEach>(&reply)) {
          return answer(to, shape, revision, [&](JsonWriter& out) { write_tokens(out, asked, *acquired); });
        }
        const auto& refused = std::get<lock::Refused>(reply);
        if (!is_taken(refused)) return to.refuse(http::fault_of(refused));
        to.mark_refused(service::code_of(refused.code));
        answer(to, shape, revision, [](JsonWriter& out) { out.member("error", "locked"); });
      });
}

}  // namespace

void handle_lock(Exchange& exchange) {
  lock_keys(exchange, Shape::server);
}

void handle_readme_lock(Exchange& exchange) {
  lock_keys(exchange, Shape::readme);
}

}  // namespace holdfast::api::keys
