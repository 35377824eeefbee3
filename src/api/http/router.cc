#include "api/http/router.h"

#include <optional>

#include <boost/beast/http/verb.hpp>

namespace holdfast::api::http {
namespace {

// What the last segment of `pattern` matches of `path`; none when the path does not match.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const std::size_t brace = pattern.find('{');
  if (brace == pattern.npos) {
    return pattern == path ? std::optional(std::string_view{}) : std::nullopt;
  }
  if (!path.starts_with(pattern.substr(0, brace))) return std::nullopt;
  const std::string_view rest = path.substr(brace);
  if (!pattern.ends_with("...}") && (rest.empty() || rest.find('/') != rest.npos)) return std::nullopt;
  return rest;
}

void add_method(std::string& allow, Verb method) {
  if (!allow.empty()) allow += ", ";
  const auto text = boost::beast::http::to_string(method);
  allow.append(text.data(), text.size());
  if (method == Verb::get) allow += ", HEAD";
}

}  // namespace

RouteMatch find_route(std::span<const Route> routes, Verb method, std::string_view path) {
  RouteMatch found;
  const Verb wanted = method == Verb::head ? Verb::get : method;
  for (const Route& route : routes) {
    const auto rest = match(route.pattern, path);
    if (!rest) continue;
    if (route.method == wanted) return RouteMatch{&route, *rest, {}};
    add_method(found.allow, route.method);
  }
  return found;
}

}  // namespace holdfast::api::http
