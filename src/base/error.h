#pragma once

#include <string>
#include <system_error>

#include <boost/system/result.hpp>

namespace holdfast {

// Why something outside the lock rules did not work: a code that says what the caller should do next (each
// module has an enum of its own), and a text for a person that names the file, address or field.
struct Error {
  std::error_code code;
  std::string detail;

  // "detail (code's message)", for logs and standard error.
  std::string message() const;
};

// The value, or why there is none. Refusals such as "held" are replies, not errors.
template <class T>
using Result = boost::system::result<T, Error>;

// Makes an Error of errno: "what: text of errno".
Error errno_error(std::string what, int error_number);

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace holdfast
