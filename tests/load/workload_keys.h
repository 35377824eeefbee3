#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "run.h"

namespace holdfast::load {

// PREFIX/what/000…number, as long as the settings say where that is longer.
inline std::string numbered_key(const Settings& settings, std::string_view what, std::uint64_t number) {
  std::string key = fmt::format("{}/{}/", settings.prefix, what);
  const std::size_t digits = key.size() < settings.key_bytes ? settings.key_bytes - key.size() : 1;
  return key += fmt::format("{:0{}}", number, digits);
}

inline std::string handover_key(const Settings& settings) {
  return settings.prefix + "/handover";
}

}  // namespace holdfast::load
