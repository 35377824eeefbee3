#pragma once

#include <span>

#include "api/http/router.h"

// What Terraform's and OpenTofu's backend "http" sends: LOCK and UNLOCK of an address with a LockInfo, and
// the state document of that address. The lock of /terraform/NAME is an exclusive hold of the key
// terraform/NAME whose lease has the LockInfo's ID as its alias (lock/alias.h) and the LockInfo as its
// metadata; the state is the document of the key (lock/document.h). A client that is refused asks again under
// its -lock-timeout, so a refusal leaves it a place in the queue. docs/dialects/terraform.md says what is
// kept.

namespace holdfast::api::terraform {

std::span<const http::Route> routes();

void handle_lock(http::Exchange& exchange);
void handle_unlock(http::Exchange& exchange);
void handle_read_state(http::Exchange& exchange);
void handle_store_state(http::Exchange& exchange);
// An unlock where the client is configured to send one as DELETE, else the end of the state document.
void handle_delete(http::Exchange& exchange);

}  // namespace holdfast::api::terraform
