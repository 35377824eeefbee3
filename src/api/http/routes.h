#pragma once

#include <span>

#include "api/http/router.h"

namespace holdfast::api::http {

// Every call of the REST interface; the one place where a new one is added. What watches the server never
// asks who you are.
std::span<const Route> native_routes();

}  // namespace holdfast::api::http
