#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/http/http_error.h"

namespace holdfast::store {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute, http or https; with a unix socket the host is only a name
  std::vector<HttpHeader> headers;
  std::string body;
  // For the whole exchange, connecting included; none waits for as long as the connection lives.
  std::optional<std::chrono::milliseconds> timeout;
  // On a connection of its own. On a kept one that turns out to be dead, curl sends the same bytes again by
  // itself, which is wrong where they say how much time is left.
  bool fresh_connection = false;
  // Gets the body of a 2xx reply piece by piece as it arrives, instead of the response; false ends the
  // exchange as cancelled.
  std::function<bool(std::string_view piece)> on_body;
  // How long a reply that goes on may be silent before it counts as lost; none: for ever.
  std::optional<std::chrono::seconds> silence;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  // names in lower case
  std::string body;

  // The first header of that name (given in lower case), or empty.
  std::string_view header(std::string_view name) const;
};

struct TlsFiles {
  std::string ca;    // PEM; empty: the system's
  std::string cert;  // PEM client certificate; empty: none
  std::string key;   // PEM
};

struct HttpSettings {
  std::string unix_socket;  // path; empty: TCP to the URL's host
  TlsFiles tls;
  std::string user_agent = "holdfast/" HOLDFAST_VERSION;
  std::chrono::milliseconds connect_timeout{5000};
  std::size_t max_response_bytes = 16 * 1024 * 1024;
};

// A blocking HTTP/1.1 client that keeps its connection alive between requests. One object belongs to one
// thread; only the stop token reaches it from another. Redirects are not followed, proxies of the
// environment are not used. A dead peer is noticed after about 5 s of silence of its TCP, also while a
// reply is awaited without a limit; a peer whose process stands still is not, that is what timeouts are for.
class HttpClient {
 public:
  explicit HttpClient(HttpSettings settings);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Any status is a response; errors are HttpErrc. A stop request ends the exchange within milliseconds
  // (cancelled) and closes its connection, so the server sees that the client hung up.
  Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop = {});

  // Closes the kept connections; the next request opens a new one.
  void close_connections();

 private:
  struct Handles;
  HttpSettings settings_;
  std::unique_ptr<Handles> handles_;
};

}  // namespace holdfast::store
