#include "journal/file/damage.h"

#include <fmt/format.h>

#include "journal/journal.h"

namespace holdfast::journal::file {

Error damage_error(const Directory& directory, const Damage& damage, std::string_view remedy) {
  return Error{Errc::damaged,
               fmt::format("{} at offset {}: {}. Nothing was changed. {}", directory.path_of(damage.file),
                           damage.offset, damage.what, remedy)};
}

}  // namespace holdfast::journal::file
