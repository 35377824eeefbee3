#pragma once

#include "api/http/exchange.h"

// What the routes lead to. Each answers, refuses, or leaves its exchange pending.

namespace holdfast::api::http {

void handle_acquire(Exchange& exchange);
void handle_renew(Exchange& exchange);
void handle_release(Exchange& exchange);
void handle_cancel(Exchange& exchange);

void handle_open_lease(Exchange& exchange);
void handle_list_leases(Exchange& exchange);
void handle_show_lease(Exchange& exchange);
void handle_end_lease(Exchange& exchange);

void handle_list_locks(Exchange& exchange);
void handle_show_lock_by_path(Exchange& exchange);
void handle_show_lock_by_query(Exchange& exchange);

void handle_register(Exchange& exchange);
void handle_unregister(Exchange& exchange);

void handle_break(Exchange& exchange);
void handle_request_release(Exchange& exchange);
void handle_fence_check(Exchange& exchange);
void handle_finish_upgrade(Exchange& exchange);

void handle_watch(Exchange& exchange);
void handle_history(Exchange& exchange);
void handle_backup(Exchange& exchange);

void handle_status(Exchange& exchange);
void handle_health(Exchange& exchange);
void handle_readiness(Exchange& exchange);
void handle_metrics(Exchange& exchange);

void handle_openapi(Exchange& exchange);
void handle_docs(Exchange& exchange);
void handle_docs_page(Exchange& exchange);

}  // namespace holdfast::api::http
