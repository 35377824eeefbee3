#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/http/request.h"

namespace holdfast::api::http {

class Exchange;
using Handler = void (*)(Exchange& exchange);

// `pattern` is a path; its last segment may be `{name}` for one segment or `{name...}` for the rest of the
// path, slashes included.
struct Route {
  Verb method;
  std::string_view pattern;
  Handler handler;
};

struct RouteMatch {
  const Route* route = nullptr;  // none: no such path, or not with this method
  std::string_view rest;         // what the pattern's last segment matched, still encoded
  std::string allow;             // for a path without this method: the methods it has ("GET, HEAD")
};

// The route of a path. HEAD goes where GET goes. An exact path beats a pattern of the table.
RouteMatch find_route(std::span<const Route> routes, Verb method, std::string_view path);

}  // namespace holdfast::api::http
