#pragma once

#include <string>

namespace holdfast::client {

// A random UUID (version 4) for one mutating request. The same id is sent again when the reply was lost, so
// that the server can tell a repetition from a second request.
std::string new_request_id();

}  // namespace holdfast::client
