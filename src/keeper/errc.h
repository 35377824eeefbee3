#pragma once

#include <system_error>

namespace holdfast::keeper {

// Why a journal or a backup cannot be gone on from.
enum class Errc {
  sealed = 1,   // the state goes on in another journal
  unfinished,   // a restore or migration into this journal was interrupted: nothing was ever granted from it
  not_empty,    // only an empty journal can be restored into
  wrong_clock,  // the wall clock cannot be right, or the numbers that it would give are too large
  bad_backup,   // damaged, cut, or not a backup of a format that this program knows
  gave_up,      // a backup whose taker was too slow
  other_cell,   // the journal is not the one that this server belongs to
};
std::error_code make_error_code(Errc);

}  // namespace holdfast::keeper

template <>
struct std::is_error_code_enum<holdfast::keeper::Errc> : std::true_type {};
