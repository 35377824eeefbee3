#include "api/dialects/redlock/commands.h"
#include "api/dialects/redlock/reply.h"
#include "api/resp/exchange.h"
#include "api/resp/options.h"

namespace holdfast::api::redlock {
namespace {

using resp::Exchange;
using resp::ReplyWriter;

std::int64_t lifetime(resp::Options& in, std::string_view option, std::int64_t unit_ms) {
  const std::int64_t ttl_ms = in.duration(option, unit_ms);
  if (ttl_ms <= 0) in.fail(option, "the time to live must be above 0");
  return ttl_ms;
}

template <bool kOnlyNew>
void write_set(const Exchange&, ReplyWriter& out, lock::Revision, const lock::Reply& reply) {
  const auto* const refused = std::get_if<lock::Refused>(&reply);
  if (refused == nullptr) return out.status("OK");
  if (!is_taken(*refused)) return resp::write_refusal(out, *refused);
  kOnlyNew ? out.null() : write_not_yours(out, *refused);
}

}  // namespace

// With NX a held key is refused whoever holds it, so that a value which two clients chose alike is no way
// around the lock; without NX the hold of the same value is extended.
void handle_set(Exchange& exchange) {
  resp::Options in(exchange.arguments().subspan(1));
  const std::string_view key = in.word("key");
  const std::string_view value = in.word("value");
  std::int64_t ttl_ms = lock::kNoExpiry.count();
  bool only_new = false;
  while (!in.at_end()) {
    if (in.take("NX")) {
      only_new = true;
    } else if (in.take("PX")) {
      ttl_ms = lifetime(in, "PX", 1);
    } else if (in.take("EX")) {
      ttl_ms = lifetime(in, "EX", 1'000);
    } else {
      in.fail("", "locks are taken by SET key value [NX] [PX ms|EX s]");
    }
  }
  if (const auto fault = in.finish()) return exchange.refuse(*fault);
  service::AliasedAcquireRequest request{
      .key = std::string(key),
      .alias = {lock::Dialect::redlock, std::string(value)},
      .ttl_ms = ttl_ms,
      .on_held = only_new ? lock::OnHeld::refuse : lock::OnHeld::extend_alias,
      .owner = exchange.session().owner()};
  exchange.submit(exchange.backend().checker.acquire(exchange.caller(), std::move(request)),
                  only_new ? write_set<true> : write_set<false>);
}

}  // namespace holdfast::api::redlock
