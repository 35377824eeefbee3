#pragma once

#include <cstddef>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include "service/fault.h"

namespace holdfast::api::keys {

inline constexpr std::size_t kMaxFormFields = 1'000;

// Reads an urlencoded body as the JSON it stands for. A name that comes several times is a list, as is
// `keys[]`; `keys[0][key]=a` is the member `key` of the object that is first in the list `keys`. Values are
// texts.
service::Checked<boost::json::object> read_form(std::string_view body, boost::json::storage_ptr storage);

}  // namespace holdfast::api::keys
