#include "api/http/cors.h"

namespace holdfast::api::http {

void append_sharing(std::string& lines, const Request& request, const BrowserRules& rules) {
  if (!rules.is_shared_with(request.origin)) return;
  lines += "Access-Control-Allow-Origin: ";
  lines += request.origin;
  lines +=
      "\r\nAccess-Control-Expose-Headers: Retry-After, X-Holdfast-Leader, X-Holdfast-Revision, "
      "X-Request-Id\r\n"
      "Vary: Origin\r\n";
}

bool asks_for_leave(const Request& request, const BrowserRules& rules) {
  return request.method == Verb::options && request.is_preflight && rules.is_shared_with(request.origin);
}

// Ten minutes are long enough to spare most preflights, and short enough for a change to be seen.
void append_leave(std::string& lines) {
  lines +=
      "Access-Control-Allow-Methods: GET, POST, PUT, DELETE\r\n"
      "Access-Control-Allow-Headers: Authorization, Content-Type, If-Match, Last-Event-ID, "
      "X-Holdfast-Lease, X-Request-Id, traceparent\r\n"
      "Access-Control-Max-Age: 600\r\n";
}

}  // namespace holdfast::api::http
