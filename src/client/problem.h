#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/messages.h"

namespace holdfast::client {

// A refusal of the server (RFC 9457, api.md section 2): an answer, not a failure. `code` is one of the wire
// codes, such as held, deadlock, lease_gone; empty when the body was not the server's own (a proxy's page).
struct Problem {
  int status = 0;
  std::string code;
  std::string title;
  std::string detail;
  std::string field;  // what a validation error is about

  // Of a refused acquire.
  std::string key;  // the one of its keys that was in the way
  std::vector<Holder> holders;
  std::optional<std::uint64_t> queue_length;
  std::vector<std::string> blocked_by;  // owners of the waiters ahead, as far as the server names them
  std::optional<Milliseconds> waited;
  std::optional<Milliseconds> retry_after;

  // Of a lease that has ended.
  std::string ended_by;
  std::string by;
  std::string reason;

  std::string json;  // as it came

  // True when the same request, with the same id, may succeed a little later: the server could not decide.
  bool transient() const;

  // The best sentence there is: detail, else title, else the status; then how what it is about has ended.
  std::string text() const;
};

}  // namespace holdfast::client
