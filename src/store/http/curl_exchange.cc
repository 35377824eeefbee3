#include "store/http/curl_exchange.h"

#include <algorithm>
#include <cctype>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/assert.h"

namespace holdfast::store {
namespace {

constexpr unsigned kDeadPeerMs = 5000;  // protocol.md 17

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  HOLDFAST_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

// Made close-on-exec: a program started by `holdfast run` that kept the socket open would hide from the
// server that the client hung up.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd >= 0 && address->family != AF_UNIX) {
    ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kDeadPeerMs, sizeof kDeadPeerMs);
  }
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

HttpErrc kind_of(CURLcode code, bool sent) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return HttpErrc::invalid_request;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return HttpErrc::untrusted;
    default:
      return sent ? HttpErrc::no_reply : HttpErrc::unreachable;
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

CurlExchange::CurlExchange(CURL* easy, const HttpSettings& settings, const HttpRequest& request)
    : easy_(easy), settings_(settings), request_(request) {
  curl_easy_reset(easy_);
  set(easy_, CURLOPT_ERRORBUFFER, curl_text_);
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_URL, request_.url.c_str());
  set(easy_, CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
  set(easy_, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
  set(easy_, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set_method_and_body();
  set_headers();
  set_connection_options();
}

CurlExchange::~CurlExchange() {
  // The handle outlives this object and must not point into it.
  curl_easy_reset(easy_);
  curl_slist_free_all(header_list_);
}

void CurlExchange::set_method_and_body() {
  if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT") {
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void CurlExchange::set_headers() {
  const auto add = [this](const std::string& line) {
    header_list_ = curl_slist_append(header_list_, line.c_str());
    HOLDFAST_ASSERT(header_list_ != nullptr);
  };
  for (const auto& header : request_.headers) add(header.name + ": " + header.value);
  add("Expect:");  // no pause before a large body
  set(easy_, CURLOPT_HTTPHEADER, header_list_);
  set(easy_, CURLOPT_USERAGENT, settings_.user_agent.c_str());
}

void CurlExchange::set_connection_options() {
  set(easy_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_FRESH_CONNECT, request_.fresh_connection ? 1L : 0L);
  set(easy_, CURLOPT_PROXY, "");
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_.connect_timeout.count()));
  set(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy_, CURLOPT_TCP_KEEPIDLE, 5L);
  set(easy_, CURLOPT_TCP_KEEPINTVL, 2L);
  set(easy_, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  if (request_.silence) {
    set(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(easy_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request_.silence->count()));
  }
  // Otherwise giving up during a slow name look-up waits for the look-up's thread.
  set(easy_, CURLOPT_QUICK_EXIT, 1L);
  if (!settings_.unix_socket.empty()) set(easy_, CURLOPT_UNIX_SOCKET_PATH, settings_.unix_socket.c_str());
  if (!settings_.tls.ca.empty()) set(easy_, CURLOPT_CAINFO, settings_.tls.ca.c_str());
  if (!settings_.tls.cert.empty()) set(easy_, CURLOPT_SSLCERT, settings_.tls.cert.c_str());
  if (!settings_.tls.key.empty()) set(easy_, CURLOPT_SSLKEY, settings_.tls.key.c_str());
}

std::size_t CurlExchange::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  const std::size_t bytes = size * count;
  if (exchange.request_.on_body && exchange.is_success()) {
    exchange.ended_by_reader_ = !exchange.request_.on_body({data, bytes});
    return exchange.ended_by_reader_ ? 0 : bytes;
  }
  if (exchange.response_.body.size() + bytes > exchange.settings_.max_response_bytes) {
    exchange.too_large_ = true;
    return 0;  // ends the transfer
  }
  exchange.response_.body.append(data, bytes);
  return bytes;
}

bool CurlExchange::is_success() const {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  return status >= 200 && status < 300;
}

std::size_t CurlExchange::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  auto& headers = exchange.response_.headers;
  const std::string_view line(data, size * count);
  if (trimmed(line).empty()) exchange.header_is_whole_ = true;
  if (line.starts_with("HTTP/")) {  // what came before belonged to a 100 Continue
    headers.clear();
    exchange.header_is_whole_ = false;
  }
  if (const auto colon = line.find(':'); colon != std::string_view::npos && !line.starts_with("HTTP/")) {
    headers.push_back({lower(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
  }
  return line.size();
}

bool CurlExchange::request_was_sent() const {
  long bytes = 0;
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
}

Error CurlExchange::error(HttpErrc code, std::string_view why) const {
  std::string detail = request_.method + " " + request_.url;
  if (!why.empty()) detail.append(": ").append(why);
  return Error{make_error_code(code), std::move(detail)};
}

Result<HttpResponse> CurlExchange::finish(CURLcode code) {
  if (ended_by_reader_) return error(HttpErrc::cancelled, "");
  if (too_large_) return error(HttpErrc::too_large, "");
  if (code != CURLE_OK) {
    const std::string_view why = curl_text_[0] != 0 ? curl_text_ : curl_easy_strerror(code);
    return error(kind_of(code, request_was_sent()), why);
  }
  // curl takes the end of the connection for the end of the header.
  if (!header_is_whole_) return error(HttpErrc::no_reply, "the reply ends within its header");
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  return std::move(response_);
}

}  // namespace holdfast::store
