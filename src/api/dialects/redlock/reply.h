#pragma once

#include "api/resp/error_line.h"
#include "api/resp/reply_writer.h"
#include "lock/reply.h"

namespace holdfast::api::redlock {

// Whether the key is somebody else's just now, which Redis tells by nil or 0 and not by an error.
inline bool is_taken(const lock::Refused& refused) {
  return refused.code == lock::Code::held || refused.code == lock::Code::lock_delay;
}

// What only a right to break would allow.
inline void write_not_yours(resp::ReplyWriter& out, const lock::Refused& refused) {
  resp::ErrorLine line("NOPERM");
  line.field("key", refused.key);
  line.sentence("the key is held, and not under this value");
  out.error(line.text());
}

}  // namespace holdfast::api::redlock
