#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "client/messages.h"
#include "client/messages_admin.h"
#include "client/problem.h"

// JSON of the REST interface to and from the values of messages.h and messages_admin.h. Unknown members are
// ignored, so that a newer server is understood; a missing or wrongly typed member that the caller relies on
// (handle, expiry, token) is std::errc::bad_message.

namespace holdfast::client {

std::string encode(const AcquireRequest& request);
std::string encode(const RenewRequest& request);
std::string encode(const ReleaseRequest& request);
std::string encode(const OpenLeaseRequest& request);
std::string encode(const BreakRequest& request);
std::string encode(const AskReleaseRequest& request);
std::string encode(const RegisterRequest& request);  // key and etag are not in the body
std::string encode_cancel(std::string_view request_id);

template <class Reply>
Result<Reply> decode(std::string_view body);  // defined for every ...Reply of the two

// The JSON of a grant with its lease as a later renewal's JSON tells it; unchanged if either cannot be read.
std::string with_renewed_lease(std::string_view grant, std::string_view renewal);

// Never fails: what is not problem+json becomes a Problem with a status and no code.
Problem decode_problem(int status, std::string_view body);

}  // namespace holdfast::client
