#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <boost/beast/http/verb.hpp>

namespace holdfast::api::http {

using Verb = boost::beast::http::verb;

// One request as it was sent: what Holdfast looks at, nothing else. Its texts keep their memory from one
// request of a connection to the next.
struct Request {
  Verb method = Verb::unknown;
  bool http_1_1 = true;
  bool keep_alive = true;
  bool expects_continue = false;
  bool is_preflight = false;  // Access-Control-Request-Method is there
  std::size_t host_count = 0;
  std::string target;
  std::string host;
  std::string origin;
  std::string fetch_site;     // Sec-Fetch-Site
  std::string forwarded;      // Forwarded, all of its lines
  std::string forwarded_for;  // X-Forwarded-For, likewise
  std::string content_type;
  std::string lease_handle;   // X-Holdfast-Lease
  std::string if_match;       // If-Match
  std::string last_event_id;  // Last-Event-ID
  std::string request_id;     // X-Request-Id
  std::string traceparent;
  std::string content_md5;             // Content-MD5
  std::optional<std::string> user_id;  // user-id, which may be there and empty
  std::string body;

  void clear();
};

}  // namespace holdfast::api::http
