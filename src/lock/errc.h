#pragma once

#include <system_error>

namespace holdfast::lock {

enum class Errc {
  malformed = 1,    // the bytes are not what this program writes
  unknown_feature,  // written by a newer version: this program must not go on
  out_of_sequence,  // an entry that does not follow the state
  digest_mismatch,  // the state is not what its writer had: a bug or damage
};
std::error_code make_error_code(Errc);

}  // namespace holdfast::lock

template <>
struct std::is_error_code_enum<holdfast::lock::Errc> : std::true_type {};
