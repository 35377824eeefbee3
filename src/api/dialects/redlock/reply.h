#pragma once

#include "api/dialects/holder.h"
#include "api/resp/error_line.h"
#include "api/resp/reply_writer.h"
#include "lock/reply.h"

namespace holdfast::api::redlock {

// What only a right to break would allow.
inline void write_not_yours(resp::ReplyWriter& out, const lock::Refused& refused) {
  resp::ErrorLine line("NOPERM");
  line.field("key", refused.key);
  line.sentence("the key is held, and not under this value");
  out.error(line.text());
}

}  // namespace holdfast::api::redlock
