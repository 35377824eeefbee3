#pragma once

#include <holdfast/export.h>
#include <string>
#include <system_error>

namespace holdfast {

// Why a lock was not got, or is no more. Each says what a caller can do next.
enum class errc {
  held = 1,           // others hold it, or wait before us: ask again, or wait longer
  deadlock,           // waiting would never end: let go of what is held, and begin anew
  lost,               // the lease has ended: whatever it protected may be another's by now
  already_held,       // this lease has it already
  limit_mismatch,     // others use the key with another limit
  invalid_argument,   // no server would take this: mend the call
  permission_denied,  // who asks may not
  not_found,
  in_use,           // settings that the present users do not fit
  overloaded,       // refused to protect others: ask again later
  unavailable,      // no server was reached, or none could decide: nothing was changed
  outcome_unknown,  // it may have been done; a lease that nobody renews ends by itself
  cancelled,        // the caller's own stop
  unsupported,      // this scheme or store cannot do it
  protocol,         // the reply is not Holdfast's
};

HOLDFAST_API const std::error_category& category() noexcept;
HOLDFAST_API std::error_code make_error_code(errc code) noexcept;

// The code, and a sentence for a person: who holds, since when, what is wrong.
struct failure {
  std::error_code code;
  std::string detail;

  friend bool operator==(const failure& failed, errc code) { return failed.code == make_error_code(code); }
};

// Thrown where a call cannot return a result: by the lockables, and by result::value().
class HOLDFAST_API error : public std::system_error {
 public:
  explicit error(const failure& why) : std::system_error(why.code, why.detail) {}
  ~error() override;
};

}  // namespace holdfast

template <>
struct std::is_error_code_enum<holdfast::errc> : std::true_type {};
