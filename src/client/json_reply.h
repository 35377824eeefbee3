#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/error.h"

// How a reply's body is taken apart. For the codec's .cc files only.

namespace holdfast::client {

inline Error bad_message(std::string text) {
  return Error{std::make_error_code(std::errc::bad_message),
               "the reply is not Holdfast's (is this the right server URL?): " + std::move(text)};
}

// Parses `body` and hands its object and an empty reply to `read`, which says what is missing, or nothing.
template <class Reply, class Read>
Result<Reply> decode_object(std::string_view body, Read read) {
  boost::json::error_code error;
  const auto value = boost::json::parse(body, error);
  if (error || !value.is_object()) return bad_message("no JSON object");
  Reply reply;
  reply.json = body;
  const std::string_view missing = read(value.get_object(), reply);
  if (!missing.empty()) return bad_message(std::string(missing) + " is missing");
  return reply;
}

}  // namespace holdfast::client
