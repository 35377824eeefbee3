#pragma once

#include <span>

#include "api/resp/command.h"

// The commands of Redis that lock libraries use, as locks: a string under a key is an exclusive hold, its
// value the alias by which its client proves that the hold is its own (lock/alias.h). They are answered as
// Redis answers them, but atomically with everything else that wants the key, and only when the answer is
// durable. docs/dialects/redlock.md says where they differ.

namespace holdfast::api::redlock {

std::span<const resp::Command> commands();

void handle_set(resp::Exchange& exchange);
void handle_get(resp::Exchange& exchange);
void handle_exists(resp::Exchange& exchange);
void handle_ttl(resp::Exchange& exchange);
void handle_pttl(resp::Exchange& exchange);
void handle_del(resp::Exchange& exchange);
void handle_expire(resp::Exchange& exchange);
void handle_pexpire(resp::Exchange& exchange);

}  // namespace holdfast::api::redlock
