#pragma once

#include <string>
#include <string_view>

#include "lock/types.h"

namespace holdfast::api::rwlocks {

// What a lock has got when it was made and shows for ever. It stands in the description of its registration,
// where people can read it too.
struct Identity {
  std::string id;          // a UUID
  std::string created_at;  // as it is shown
};

// A new one, by chance.
Identity make_identity(lock::WallTime now);

std::string description_of(const Identity& identity);

// What the description says; of a key that was registered otherwise, a UUID made of the key, and the
// beginning of 1970.
Identity identity_in(std::string_view description, std::string_view key);

}  // namespace holdfast::api::rwlocks
