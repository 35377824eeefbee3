#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/request.h"
#include "api/http/router.h"
#include "api/log_desk.h"
#include "base/log_scope.h"
#include "keeper/keeper.h"
#include "lock/command.h"
#include "service/code.h"

// What the log says of requests: never a key, a handle or a path, which are the business of clients; the
// route, the outcome, and the ids by which a client and those between find the lines again.

namespace holdfast::api::http {

// One request's. The exchange has one and uses it for one request after the other.
class RequestLog final : public LogContext {
 public:
  explicit RequestLog(const std::string& client_address) : client_(client_address) {}

  // A request begins, whose id is the header X-Request-Id where that is one, else a new one.
  void begin(const Request& request, LogDesk& desk);
  // The client gave it an id in the body. Ignored where it would not do in a header.
  void call_it(std::string_view request_id);
  void routed(const Route& route) { route_ = &route; }
  void submitted(const lock::Command& command);

  std::string_view id() const { return id_; }

  // The lines about it.
  void slow(LogDesk& desk, std::chrono::nanoseconds now, const keeper::Timing& timing) const;
  void answered(LogDesk& desk, std::chrono::nanoseconds now, const Outcome& outcome) const;

  // LogContext
  void describe(LogFields& out) const override;

 private:
  const std::string& client_;
  std::string id_;
  std::string traceparent_;
  const Route* route_ = nullptr;
  std::size_t keys_ = 0;
};

// Whether this is a traceparent of W3C Trace Context that may be passed on.
bool is_traceparent(std::string_view text);

}  // namespace holdfast::api::http
