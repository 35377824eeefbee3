#pragma once

#include "service/fault.h"

namespace holdfast::api::http {

// A reply that goes on until somebody ends it: what a handler gives to its exchange instead of an answer. The
// exchange lets go of it when the stream or the connection is over. One thread.
class LongReply {
 public:
  virtual ~LongReply() = default;
  // The system has taken all that was sent: more may follow.
  virtual void sent() = 0;
  // The server ends the stream for this reason: last words, then Exchange::end_stream().
  virtual void end(const service::Fault& why) = 0;
};

}  // namespace holdfast::api::http
