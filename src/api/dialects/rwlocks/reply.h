#pragma once

#include <string_view>

#include "api/dialects/rwlocks/ask.h"
#include "api/dialects/rwlocks/rw_lock.h"
#include "api/http/exchange.h"

// What handlers answer of the state: when it is durable.

namespace holdfast::api::rwlocks {

// None for a client that asks more often than the dialect's rate allows; it is refused then.
bool admit(http::Exchange& exchange);

std::optional<RwLock> find_rw_lock(http::Exchange& exchange, const Ask& ask);

void answer_lock(http::Exchange& exchange, const RwLock& lock, int status = 200);
// After the request has changed it.
void answer_changed(http::Exchange& exchange, const Ask& ask, int status = 200);

void refuse(http::Exchange& exchange, int status, service::Code code, std::string_view text);
// The same with the lock behind it, as the original tells it.
void refuse(http::Exchange& exchange, int status, service::Code code, std::string_view text,
            const RwLock& lock);
void refuse_unknown(http::Exchange& exchange, const Ask& ask);

}  // namespace holdfast::api::rwlocks
