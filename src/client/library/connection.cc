#include "client/connection.h"

#include <holdfast/connection.h>
#include <utility>

#include "client/library/core.h"
#include "client/library/failures.h"
#include "client/library/held_lease.h"
#include "client/resp/resp_line.h"
#include "client/server_url.h"

namespace holdfast {
namespace {

using detail::MakeLine;

constexpr std::string_view kFastPath = "holdfast://";
constexpr int kFastPort = 7421;

bool is_http(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://") || url.starts_with("unix:");
}

result<MakeLine> over_http(std::string_view url, const connect_options& options) {
  auto server = client::ServerUrl::parse(url);
  if (!server) return detail::failure_of(server.error());
  const client::Settings settings{.server = std::move(*server),
                                  .api_key = options.api_key,
                                  .tls = {.ca = options.ca, .cert = options.cert, .key = options.key}};
  return MakeLine([settings] { return std::make_unique<client::Connection>(settings); });
}

result<MakeLine> over_resp(std::string_view url) {
  const auto server = client::parse_address(url.substr(kFastPath.size()), kFastPort);
  if (!server) return detail::failure_of(server.error());
  const store::RedisSettings settings{.host = server->host, .port = server->port};
  return MakeLine([settings] { return std::make_unique<client::RespLine>(settings); });
}

result<MakeLine> line_to(std::string_view url, const connect_options& options) {
  if (url.starts_with(kFastPath)) return over_resp(url);
  if (is_http(url) || url.find(':') == std::string_view::npos) return over_http(url, options);
  const std::string scheme(url.substr(0, url.find(':')));
  return failure{make_error_code(errc::unsupported),
                 "no " + scheme + ": in this version; holdfast, http, https and unix are"};
}

}  // namespace

result<connection> try_connect(std::string_view url, const connect_options& options) {
  const auto make_line = line_to(url, options);
  if (!make_line) return make_line.error();
  return connection(std::make_shared<detail::core>(*make_line, options));
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
