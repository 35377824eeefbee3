#pragma once

#include <span>

#include "api/http/router.h"

// The interface of distributed-locking-service: locks of readers or writers that are made before they are
// used. A lock is a registered key, rw/<tenant>/<lock id>; each of its processes is a lease whose alias is
// the process id. docs/dialects/rwlocks.md says what is kept and what is mended.

namespace holdfast::api::rwlocks {

std::span<const http::Route> routes();

void handle_health(http::Exchange& exchange);
void handle_create(http::Exchange& exchange);
void handle_show(http::Exchange& exchange);
void handle_add_reader(http::Exchange& exchange);
void handle_refresh_reader(http::Exchange& exchange);
void handle_remove_reader(http::Exchange& exchange);
void handle_add_writer(http::Exchange& exchange);
void handle_refresh_writer(http::Exchange& exchange);
void handle_remove_writer(http::Exchange& exchange);

}  // namespace holdfast::api::rwlocks
