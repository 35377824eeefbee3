#pragma once

#include <span>

#include "api/http/peer.h"
#include "api/http/router.h"

namespace holdfast::api::http {

// Every call of the REST interface; the one place where a new one is added. With Exposure::probes only what
// watches the server: these never ask who you are. Both are views of one table.
std::span<const Route> routes(Exposure exposure);

}  // namespace holdfast::api::http
