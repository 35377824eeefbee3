#include "api/dialects/keys/routes.h"

#include "api/dialects/keys/body.h"
#include "api/http/exchange.h"
#include "api/http/response.h"

namespace holdfast::api::keys {

void handle_ping(http::Exchange& exchange) {
  exchange.answer_text("text/plain; charset=utf-8", "pong");
}

std::span<const http::Route> routes() {
  using http::Verb;
  static constexpr http::Dialect kDialect{.content_type = http::kJson, .write_refusal = write_refusal};
  static constexpr http::Route kRoutes[] = {
      {Verb::get, "/ping", handle_ping, http::kSpared, &kDialect},
      {Verb::post, "/api/lock", handle_lock, 0, &kDialect},
      {Verb::post, "/api/unlock", handle_unlock, http::kSpared, &kDialect},
      {Verb::post, "/api/check", handle_check, 0, &kDialect},
      // As its README has them.
      {Verb::post, "/lock", handle_readme_lock, 0, &kDialect},
      {Verb::post, "/unlock", handle_unlock, http::kSpared, &kDialect},
      {Verb::post, "/check", handle_check, 0, &kDialect},
  };
  return kRoutes;
}

}  // namespace holdfast::api::keys
