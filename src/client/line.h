#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "client/messages.h"
#include "client/problem.h"
#include "store/http/http_error.h"

namespace holdfast::client {

using store::HttpErrc;

// What a call came to: the reply, or the server's refusal; or an Error, where there was neither: HttpErrc of
// store/http/http_error.h, or std::errc::bad_message for a reply that is not Holdfast's.
template <class Reply>
using Answer = Result<std::variant<Reply, Problem>>;

// The limits of one call.
struct CallOptions {
  // Whole exchange; none: for as long as the connection lives. Not shorter than the request's own wait.
  std::optional<Milliseconds> timeout = Milliseconds(10'000);
  std::stop_token stop;
  bool fresh_connection = false;  // as in HttpRequest
};

// A kept connection to one server, whatever its protocol: what it takes to hold locks. One object belongs to
// one thread. A call is sent once: who repeats it after a lost reply, with the request_id that it carries, is
// acquisition.h, renewal.h and persist.h.
class Line {
 public:
  virtual ~Line() = default;

  virtual Answer<AcquireReply> acquire(const AcquireRequest& request, const CallOptions& options = {}) = 0;
  virtual Answer<RenewReply> renew(const RenewRequest& request, const CallOptions& options = {}) = 0;
  // An answer for each, in order; together where the protocol can.
  virtual std::vector<Answer<RenewReply>> renew_all(std::span<const RenewRequest> requests,
                                                    const CallOptions& options = {});
  virtual Answer<ReleaseReply> release(const ReleaseRequest& request, const CallOptions& options = {}) = 0;
  // A waiting acquire with that id leaves its queues; it is no error if there is none.
  virtual Answer<StatusReply> cancel(const std::string& request_id, const CallOptions& options = {}) = 0;
  virtual Answer<LockReply> show_lock(const std::string& key, const CallOptions& options = {}) = 0;
};

}  // namespace holdfast::client
