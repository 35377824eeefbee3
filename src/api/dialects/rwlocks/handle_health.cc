#include "api/dialects/rwlocks/routes.h"
#include "api/dialects/rwlocks/timestamp.h"
#include "api/http/exchange.h"

namespace holdfast::api::rwlocks {

void handle_health(http::Exchange& exchange) {
  http::JsonWriter out = exchange.body();
  out.begin_object();
  out.member("message", "healthy");
  out.member("service_version", HOLDFAST_VERSION);
  out.member("commit_id", "No commit id found!");
  out.member("time", timestamp(lock::WallTime(exchange.backend().clocks.now())));
  out.end_object();
  exchange.answer();
}

}  // namespace holdfast::api::rwlocks
