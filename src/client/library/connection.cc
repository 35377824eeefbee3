#include <holdfast/connection.h>
#include <utility>

#include "client/library/core.h"
#include "client/library/failures.h"
#include "client/library/held_lease.h"
#include "client/server_url.h"

namespace holdfast {
namespace {

bool is_spoken(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://") || url.starts_with("unix:");
}

}  // namespace

result<connection> try_connect(std::string_view url, const connect_options& options) {
  if (url.find(':') != std::string_view::npos && !is_spoken(url)) {
    const std::string scheme(url.substr(0, url.find(':')));
    return failure{make_error_code(errc::unsupported),
                   "no " + scheme + ": in this version; http, https and unix are"};
  }
  auto server = client::ServerUrl::parse(url);
  if (!server) return detail::failure_of(server.error());
  client::Settings settings{.server = std::move(*server),
                            .api_key = options.api_key,
                            .tls = {.ca = options.ca, .cert = options.cert, .key = options.key}};
  return connection(std::make_shared<detail::core>(std::move(settings), options));
}

connection connect(std::string_view url, const connect_options& options) {
  return try_connect(url, options).value();
}

result<hold> connection::acquire(std::vector<std::string> keys, const lock_options& options) const {
  auto lease = core_->acquire(keys, options);
  if (!lease) return lease.error();
  return hold(std::move(*lease));
}

result<std::vector<holder>> connection::holders(const std::string& key) const {
  return core_->holders(key);
}

}  // namespace holdfast
