#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/peer.h"
#include "api/http/request.h"

namespace holdfast::api::http {

class Exchange;
struct Dialect;
using Handler = void (*)(Exchange& exchange);

// Flags of a route.
inline constexpr std::uint8_t kSpared = 1;  // no limit of requests turns it away
inline constexpr std::uint8_t kProbe = 2;   // listeners for probes have it too

// What a request may bring, and how long it may take over that.
struct BodyBounds {
  std::uint64_t bytes = 1 << 20;
  std::chrono::seconds time{10};
};

// `pattern` is a path in which `{name}` stands for one segment, and `{name...}` at its end for the rest of
// the path, slashes included.
struct Route {
  Verb method;
  std::string_view pattern;
  Handler handler;
  std::uint8_t flags = 0;
  const Dialect* dialect = nullptr;  // none: Holdfast's own interface
  BodyBounds body{};

  bool is(std::uint8_t flag) const { return (flags & flag) != 0; }
};

// What the names of a pattern stand for, in their order, still encoded.
inline constexpr std::size_t kMaxPathValues = 2;
using PathValues = std::array<std::string_view, kMaxPathValues>;

struct RouteMatch {
  const Route* route = nullptr;  // none: no such path, or not with this method
  PathValues values;
  std::string allow;                 // for a path without this method: the methods it has ("GET, HEAD")
  const Dialect* dialect = nullptr;  // whose path it is, also without this method
};

// All calls of a server. Pointers to its routes are good for as long as it lives.
class RouteTable {
 public:
  explicit RouteTable(const std::vector<std::span<const Route>>& parts);
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  // The route of a path. HEAD goes where GET goes. The first that fits wins.
  RouteMatch find(Verb method, std::string_view path, Exposure exposure = Exposure::everything) const;

  std::span<const Route> all() const { return routes_; }
  std::size_t index_of(const Route& route) const { return static_cast<std::size_t>(&route - routes_.data()); }

 private:
  std::vector<Route> routes_;
};

}  // namespace holdfast::api::http
