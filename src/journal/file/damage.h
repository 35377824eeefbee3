#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/file/directory.h"

namespace holdfast::journal::file {

// Bytes that are not what was written: where, and what was found.
struct Damage {
  std::string file;
  std::uint64_t offset = 0;
  std::string what;
};

// Errc::damaged that names the place and the remedy: "DIR/file at offset N: what. remedy".
Error damage_error(const Directory& directory, const Damage& damage, std::string_view remedy);

}  // namespace holdfast::journal::file
