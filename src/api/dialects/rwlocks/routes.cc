#include "api/dialects/rwlocks/routes.h"

#include "api/dialects/rwlocks/ask.h"
#include "api/http/dialect.h"
#include "api/http/handlers.h"
#include "api/http/response.h"

namespace holdfast::api::rwlocks {

std::span<const http::Route> routes() {
  using http::Verb;
  static constexpr http::Dialect kDialect{
      .content_type = http::kJson, .write_refusal = write_refusal, .home = "/v1/distributed_lock/"};
  static constexpr http::Route kRoutes[] = {
      {Verb::get, "/v1/healthcheck", handle_health, http::kSpared, &kDialect},
      {Verb::post, "/v1/distributed_lock/{lock_id}", handle_create, 0, &kDialect},
      {Verb::get, "/v1/distributed_lock/{lock_id}", handle_show, 0, &kDialect},
      {Verb::put, "/v1/distributed_lock/{lock_id}/read-process/{process_id}", handle_add_reader, 0,
       &kDialect},
      {Verb::put, "/v1/distributed_lock/{lock_id}/read-process/{process_id}/refresh", handle_refresh_reader,
       http::kSpared, &kDialect},
      {Verb::delete_, "/v1/distributed_lock/{lock_id}/read-process/{process_id}", handle_remove_reader,
       http::kSpared, &kDialect},
      {Verb::put, "/v1/distributed_lock/{lock_id}/write-process/{process_id}", handle_add_writer, 0,
       &kDialect},
      {Verb::put, "/v1/distributed_lock/{lock_id}/write-process/{process_id}/refresh", handle_refresh_writer,
       http::kSpared, &kDialect},
      {Verb::delete_, "/v1/distributed_lock/{lock_id}/write-process/{process_id}", handle_remove_writer,
       http::kSpared, &kDialect},
      {Verb::get, "/v1/docs", http::handle_docs, 0, &kDialect},
      {Verb::get, "/openapi.json", http::handle_openapi, 0, &kDialect},
  };
  return kRoutes;
}

}  // namespace holdfast::api::rwlocks
