#pragma once

#include <string_view>

namespace holdfast::api::resp {

// The version of Redis whose protocol this is: clients choose by it what they send.
inline constexpr std::string_view kSpokenVersion = "7.2.0";

}  // namespace holdfast::api::resp
