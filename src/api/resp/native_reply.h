#pragma once

#include <variant>

#include "api/resp/error_line.h"
#include "api/resp/exchange.h"

namespace holdfast::api::resp {

// Makes the Exchange::Encode of a native command from what it says to a reply that is no refusal:
// `write(exchange, out, revision, reply)`.
template <class Reply, auto write>
void encode_or_refuse(const Exchange& exchange, ReplyWriter& out, lock::Revision revision,
                      const lock::Reply& reply) {
  if (const auto* refused = std::get_if<lock::Refused>(&reply)) return write_refusal(out, *refused);
  write(exchange, out, revision, std::get<Reply>(reply));
}

}  // namespace holdfast::api::resp
