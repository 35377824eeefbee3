#pragma once

#include <span>

#include "api/http/router.h"

// The interface of Distributed-Lock: a lock of a key by a `uid` is an exclusive hold whose lease has the uid
// as its alias (lock/alias.h), and the `version` of the lock is its fencing token. docs/dialects/keys.md says
// what is kept and what is mended.

namespace holdfast::api::keys {

std::span<const http::Route> routes();

void handle_ping(http::Exchange& exchange);
void handle_lock(http::Exchange& exchange);
void handle_readme_lock(http::Exchange& exchange);
void handle_unlock(http::Exchange& exchange);
void handle_check(http::Exchange& exchange);

}  // namespace holdfast::api::keys
