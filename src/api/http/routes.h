#pragma once

#include <span>

#include "api/http/router.h"

namespace holdfast::api::http {

// Every call of the REST interface; the one place where a new one is added.
std::span<const Route> routes();

}  // namespace holdfast::api::http
