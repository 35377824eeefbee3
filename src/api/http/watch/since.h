#pragma once

#include <string_view>

#include "api/http/watch/broadcast.h"
#include "service/fault.h"

namespace holdfast::api::http {

// The revision of an event id from which everything that followed is kept; `field` is where the client wrote
// it. Refused: `compacted` when it is not, or of another incarnation; `invalid_argument` when it is
// malformed, or no server can have told it yet.
service::Checked<lock::Revision> kept_since(const Broadcast& broadcast, std::string_view text,
                                            std::string_view field);

}  // namespace holdfast::api::http
