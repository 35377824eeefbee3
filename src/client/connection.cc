#include "client/connection.h"

#include <charconv>

#include "client/event_reader.h"
#include "client/json_codec.h"

namespace holdfast::client {
namespace {

// The server says something every 15 s.
constexpr std::chrono::seconds kLongestSilence{40};
// A server may have to end a snapshot of its own before it begins with a backup.
constexpr std::chrono::seconds kLongestPause{60};

// Appends "?name=value&…" for the values that are not empty.
std::string with_query(std::string path, std::initializer_list<std::pair<const char*, std::string>> query) {
  char separator = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    path.append(1, separator).append(name).append("=").append(encode_query(value));
    separator = '&';
  }
  return path;
}

// Where the body names no time to wait, the header Retry-After may (in seconds).
void read_retry_after(const store::HttpResponse& response, Problem& problem) {
  const auto text = response.header("retry-after");
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!problem.retry_after && error == std::errc{} && end == text.data() + text.size()) {
    problem.retry_after = std::chrono::seconds(seconds);
  }
}

}  // namespace

Connection::Connection(const Settings& settings)
    : settings_(settings),
      http_(store::HttpSettings{.unix_socket = settings.server.unix_socket(), .tls = settings.tls}) {}

template <class Reply>
Answer<Reply> Connection::call(store::HttpRequest request, const CallOptions& options) {
  request.url = settings_.server.base() + request.url;
  request.timeout = options.timeout;
  request.fresh_connection = options.fresh_connection;
  if (!settings_.api_key.empty()) request.headers.push_back({"Authorization", "Bearer " + settings_.api_key});
  auto response = http_.send(request, options.stop);
  if (!response) return response.error();
  if (response->status < 200 || response->status >= 300) {
    Problem problem = decode_problem(response->status, response->body);
    read_retry_after(*response, problem);
    return Answer<Reply>(boost::system::in_place_value, std::move(problem));
  }
  auto reply = decode<Reply>(response->body.empty() ? std::string_view("{}") : response->body);
  if (!reply) return reply.error();
  if constexpr (requires { reply->etag; }) reply->etag = response->header("etag");
  return Answer<Reply>(boost::system::in_place_value, std::move(*reply));
}

template <class Reply>
Answer<Reply> Connection::post(std::string_view path, std::string body, const CallOptions& options) {
  return call<Reply>({.method = "POST",
                      .url = std::string(path),
                      .headers = {{"Content-Type", "application/json"}},
                      .body = std::move(body)},
                     options);
}

template <class Reply>
Answer<Reply> Connection::get(const std::string& path, const CallOptions& options) {
  return call<Reply>({.method = "GET", .url = path}, options);
}

Answer<AcquireReply> Connection::acquire(const AcquireRequest& request, const CallOptions& options) {
  return post<AcquireReply>("/v1/acquire", encode(request), options);
}

Answer<RenewReply> Connection::renew(const RenewRequest& request, const CallOptions& options) {
  return post<RenewReply>("/v1/renew", encode(request), options);
}

Answer<ReleaseReply> Connection::release(const ReleaseRequest& request, const CallOptions& options) {
  return post<ReleaseReply>("/v1/release", encode(request), options);
}

Answer<StatusReply> Connection::cancel(const std::string& request_id, const CallOptions& options) {
  return post<StatusReply>("/v1/cancel", encode_cancel(request_id), options);
}

Answer<LeaseReply> Connection::open_lease(const OpenLeaseRequest& request, const CallOptions& options) {
  return post<LeaseReply>("/v1/leases", encode(request), options);
}

Answer<LeaseReply> Connection::show_lease(const std::string& id, const CallOptions& options) {
  return get<LeaseReply>("/v1/leases/" + encode_path(id), options);
}

Answer<StatusReply> Connection::end_lease(const std::string& id, const std::string& handle,
                                          const std::string& request_id, const CallOptions& options) {
  store::HttpRequest request{
      .method = "DELETE", .url = with_query("/v1/leases/" + encode_path(id), {{"request_id", request_id}})};
  if (!handle.empty()) request.headers.push_back({"X-Holdfast-Lease", handle});
  return call<StatusReply>(std::move(request), options);
}

Answer<LeaseListReply> Connection::list_leases(const std::string& principal, const std::string& cursor,
                                               const CallOptions& options) {
  return get<LeaseListReply>(with_query("/v1/leases", {{"principal", principal}, {"cursor", cursor}}),
                             options);
}

Answer<LockReply> Connection::show_lock(const std::string& key, const CallOptions& options) {
  // By query, not by path: a proxy on the way may rewrite paths.
  return get<LockReply>(with_query("/v1/lock", {{"key", key}}), options);
}

Answer<LockListReply> Connection::list_locks(const LockListRequest& request, const CallOptions& options) {
  return get<LockListReply>(with_query("/v1/locks", {{"prefix", request.prefix},
                                                     {"state", request.state},
                                                     {"owner", request.owner},
                                                     {"cursor", request.cursor}}),
                            options);
}

Answer<RegisterReply> Connection::register_lock(const RegisterRequest& request, const CallOptions& options) {
  store::HttpRequest put{.method = "PUT",
                         .url = "/v1/locks/" + encode_path(request.key),
                         .headers = {{"Content-Type", "application/json"}},
                         .body = encode(request)};
  if (!request.etag.empty()) put.headers.push_back({"If-Match", request.etag});
  return call<RegisterReply>(std::move(put), options);
}

Answer<UnregisterReply> Connection::unregister(const std::string& key, const std::string& request_id,
                                               const CallOptions& options) {
  return call<UnregisterReply>(
      {.method = "DELETE", .url = with_query("/v1/locks/" + encode_path(key), {{"request_id", request_id}})},
      options);
}

Answer<BreakReply> Connection::break_hold(const BreakRequest& request, const CallOptions& options) {
  return post<BreakReply>("/v1/break", encode(request), options);
}

Answer<AskReleaseReply> Connection::ask_release(const AskReleaseRequest& request,
                                                const CallOptions& options) {
  return post<AskReleaseReply>("/v1/request-release", encode(request), options);
}

Answer<StatusReply> Connection::status(const CallOptions& options) {
  return get<StatusReply>("/v1/status", options);
}

Answer<HistoryReply> Connection::history(const HistoryRequest& request, const CallOptions& options) {
  return get<HistoryReply>(
      with_query("/v1/history", {{"key", request.key},
                                 {"owner", request.owner},
                                 {"since", request.since},
                                 {"cursor", request.cursor},
                                 {"limit", request.limit == 0 ? "" : std::to_string(request.limit)}}),
      options);
}

Answer<StatusReply> Connection::watch(WatchRequest& request,
                                      const std::function<bool(const Event&)>& on_event,
                                      std::stop_token stop) {
  std::optional<Problem> ended;
  EventReader reader([&](const EventReader::Message& message) {
    if (message.kind == "error") {
      ended = decode_problem(0, message.data);
      return true;
    }
    auto event = decode<Event>(message.data);
    if (!event) return true;  // of a newer server, in a form that nobody here knows
    event->json = message.data;
    return on_event(*event);
  });
  store::HttpRequest stream{
      .url = with_query("/v1/watch",
                        {{"prefix", request.prefix}, {"lease", request.lease}, {"since", request.since}}),
      .on_body = [&reader](std::string_view piece) { return reader.feed(piece); },
      .silence = kLongestSilence};
  auto answer = call<StatusReply>(std::move(stream), {.timeout = std::nullopt, .stop = std::move(stop)});
  if (!reader.last_id().empty()) request.since = reader.last_id();
  if (ended) return Answer<StatusReply>(boost::system::in_place_value, *std::move(ended));
  return answer;
}

Answer<StatusReply> Connection::finish_upgrade(const CallOptions& options) {
  return post<StatusReply>("/v1/upgrade", "{}", options);
}

Answer<StatusReply> Connection::backup(std::function<bool(std::string_view)> take) {
  return call<StatusReply>({.url = "/v1/backup", .on_body = std::move(take), .silence = kLongestPause},
                           {.timeout = std::nullopt});
}

}  // namespace holdfast::client
