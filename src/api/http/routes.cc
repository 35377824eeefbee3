#include "api/http/routes.h"

#include "api/http/handlers.h"

namespace holdfast::api::http {

std::span<const Route> native_routes() {
  static constexpr Route kRoutes[] = {
      {Verb::post, "/v1/acquire", handle_acquire},
      {Verb::post, "/v1/renew", handle_renew, kSpared},
      {Verb::post, "/v1/release", handle_release, kSpared},
      {Verb::post, "/v1/cancel", handle_cancel, kSpared},
      {Verb::post, "/v1/leases", handle_open_lease},
      {Verb::get, "/v1/leases", handle_list_leases},
      {Verb::get, "/v1/leases/{id}", handle_show_lease},
      {Verb::delete_, "/v1/leases/{id}", handle_end_lease, kSpared},
      {Verb::get, "/v1/locks", handle_list_locks},
      {Verb::get, "/v1/locks/{key...}", handle_show_lock_by_path},
      {Verb::put, "/v1/locks/{key...}", handle_register},
      {Verb::delete_, "/v1/locks/{key...}", handle_unregister},
      {Verb::get, "/v1/lock", handle_show_lock_by_query},
      {Verb::post, "/v1/break", handle_break},
      {Verb::post, "/v1/request-release", handle_request_release},
      {Verb::post, "/v1/fence/check", handle_fence_check},
      {Verb::post, "/v1/upgrade", handle_finish_upgrade},
      {Verb::get, "/v1/watch", handle_watch},
      {Verb::get, "/v1/history", handle_history},
      {Verb::get, "/v1/backup", handle_backup},
      {Verb::get, "/v1/status", handle_status},
      {Verb::get, "/v1/openapi.json", handle_openapi},
      {Verb::get, "/docs", handle_docs},
      {Verb::get, "/docs/{page}", handle_docs_page},
      {Verb::get, "/healthz", handle_health, kSpared | kProbe},
      {Verb::get, "/readyz", handle_readiness, kSpared | kProbe},
      {Verb::get, "/metrics", handle_metrics, kProbe},
  };
  return kRoutes;
}

}  // namespace holdfast::api::http
