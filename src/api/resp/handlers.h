#pragma once

#include "api/resp/exchange.h"

// What the command table leads to. Each answers, refuses, or leaves its exchange with the keeper.

namespace holdfast::api::resp {

void handle_acquire(Exchange& exchange);
void handle_renew(Exchange& exchange);
void handle_release(Exchange& exchange);
void handle_lease(Exchange& exchange);
void handle_cancel(Exchange& exchange);

void handle_lockinfo(Exchange& exchange);
void handle_locks(Exchange& exchange);
void handle_fence(Exchange& exchange);
void handle_break(Exchange& exchange);

// What may be the name of a connection, and so the owner of its holds.
bool is_session_name(std::string_view name);

void handle_ping(Exchange& exchange);
void handle_echo(Exchange& exchange);
void handle_auth(Exchange& exchange);
void handle_hello(Exchange& exchange);
void handle_select(Exchange& exchange);
void handle_quit(Exchange& exchange);
void handle_reset(Exchange& exchange);
void handle_client(Exchange& exchange);
void handle_command(Exchange& exchange);
void handle_info(Exchange& exchange);
void handle_config(Exchange& exchange);

}  // namespace holdfast::api::resp
