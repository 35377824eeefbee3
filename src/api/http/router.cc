#include "api/http/router.h"

#include <boost/beast/http/verb.hpp>

#include "api/http/dialect.h"
#include "base/assert.h"

namespace holdfast::api::http {
namespace {

bool match(std::string_view pattern, std::string_view path, PathValues& values) {
  std::size_t count = 0;
  while (true) {
    const std::size_t brace = pattern.find('{');
    if (brace == pattern.npos) return pattern == path;
    if (!path.starts_with(pattern.substr(0, brace))) return false;
    path.remove_prefix(brace);
    const std::size_t close = pattern.find('}', brace);
    const bool takes_rest = pattern.substr(0, close).ends_with("...");
    const std::string_view value = takes_rest ? path : path.substr(0, path.find('/'));
    if (value.empty() && !takes_rest) return false;
    HOLDFAST_ASSERT(count < values.size());
    values[count++] = value;
    path.remove_prefix(value.size());
    pattern.remove_prefix(close + 1);
  }
}

void add_method(std::string& allow, Verb method) {
  if (!allow.empty()) allow += ", ";
  const auto text = boost::beast::http::to_string(method);
  allow.append(text.data(), text.size());
  if (method == Verb::get) allow += ", HEAD";
}

const Dialect* at_home(std::span<const Route> routes, std::string_view path) {
  for (const Route& route : routes) {
    if (route.dialect == nullptr || route.dialect->home.empty()) continue;
    if (path.starts_with(route.dialect->home)) return route.dialect;
  }
  return nullptr;
}

}  // namespace

RouteTable::RouteTable(const std::vector<std::span<const Route>>& parts) {
  for (const auto& part : parts) routes_.insert(routes_.end(), part.begin(), part.end());
}

RouteMatch RouteTable::find(Verb method, std::string_view path, Exposure exposure) const {
  RouteMatch found;
  const Verb wanted = method == Verb::head ? Verb::get : method;
  for (const Route& route : routes_) {
    if (exposure == Exposure::probes && !route.is(kProbe)) continue;
    PathValues values;
    if (!match(route.pattern, path, values)) continue;
    if (route.method == wanted) return RouteMatch{&route, values, {}, route.dialect};
    if (found.allow.empty()) found.dialect = route.dialect;
    add_method(found.allow, route.method);
  }
  if (found.allow.empty() && exposure == Exposure::everything) found.dialect = at_home(routes_, path);
  return found;
}

}  // namespace holdfast::api::http
