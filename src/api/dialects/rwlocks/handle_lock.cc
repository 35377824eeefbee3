#include <fmt/format.h>

#include "api/dialects/rwlocks/reply.h"
#include "api/dialects/rwlocks/routes.h"

// The lock itself: made once, and shown.

namespace holdfast::api::rwlocks {

using http::Exchange;
using service::Code;

// Whether writers exclude each other is what the registration says of groups; no two requests register the
// same, because no two locks have the same identity.
void handle_create(Exchange& exchange) {
  if (!admit(exchange)) return;
  bool is_write_exclusive = false;
  auto ask = read_ask(exchange, {.is_write_exclusive = &is_write_exclusive});
  if (!ask) return exchange.refuse(ask.error());
  const Identity identity = make_identity(lock::WallTime(exchange.backend().clocks.now()));
  service::RegisterRequest request{.key = ask->key, .description = description_of(identity)};
  request.shared_groups = {"read"};
  if (!is_write_exclusive) request.shared_groups.emplace_back("write");
  exchange.submit(
      exchange.backend().checker.register_lock(exchange.caller(), std::move(request)),
      [ask = *std::move(ask)](Exchange& to, lock::Revision, const lock::Reply& reply) {
        const auto* const refused = std::get_if<lock::Refused>(&reply);
        if (refused == nullptr) {
          const auto lock = find_rw_lock(to, ask);
          return lock ? answer_lock(to, *lock, 201) : refuse_unknown(to, ask);
        }
        if (refused->code != lock::Code::etag_mismatch) return to.refuse(http::fault_of(*refused));
        refuse(to, 400, Code::etag_mismatch,
               fmt::format("Different Lock with id:{} already exists. Please try again.", ask.lock_id));
      });
}

void handle_show(Exchange& exchange) {
  if (!admit(exchange)) return;
  const auto ask = read_ask(exchange, {});
  if (!ask) return exchange.refuse(ask.error());
  const auto lock = find_rw_lock(exchange, *ask);
  lock ? answer_lock(exchange, *lock) : refuse_unknown(exchange, *ask);
}

}  // namespace holdfast::api::rwlocks
