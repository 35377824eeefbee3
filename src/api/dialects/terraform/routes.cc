#include "api/dialects/terraform/routes.h"

#include "api/dialects/terraform/reply.h"
#include "api/http/dialect.h"
#include "api/http/response.h"
#include "lock/limits.h"

namespace holdfast::api::terraform {

std::span<const http::Route> routes() {
  using http::Verb;
  static constexpr http::Dialect kDialect{
      .content_type = http::kJson, .write_refusal = write_refusal, .home = "/terraform/"};
  static constexpr http::BodyBounds kState{.bytes = lock::kMaxDocumentBytes,
                                           .time = std::chrono::seconds(60)};
  static constexpr http::Route kRoutes[] = {
      {Verb::lock, "/terraform/{name...}", handle_lock, 0, &kDialect},
      {Verb::put, "/terraform/{name...}", handle_lock, 0, &kDialect},
      {Verb::unlock, "/terraform/{name...}", handle_unlock, http::kSpared, &kDialect},
      {Verb::delete_, "/terraform/{name...}", handle_delete, http::kSpared, &kDialect},
      {Verb::get, "/terraform/{name...}", handle_read_state, 0, &kDialect},
      {Verb::post, "/terraform/{name...}", handle_store_state, 0, &kDialect, kState},
  };
  return kRoutes;
}

}  // namespace holdfast::api::terraform
