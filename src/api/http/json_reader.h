#pragma once

#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include "service/fault.h"

namespace holdfast::api::http {

inline constexpr std::size_t kMaxJsonDepth = 16;
inline constexpr std::size_t kMaxJsonMembers = 1'000;  // of one object

// Reads a request body: exactly one JSON object (RFC 8259) of valid UTF-8, no member twice in any object,
// within the bounds above. Memory comes from `storage`, which must outlive the object.
service::Checked<boost::json::object> read_json(std::string_view body, boost::json::storage_ptr storage);

}  // namespace holdfast::api::http
