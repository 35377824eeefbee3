#include "base/error.h"

#include <stdexcept>

namespace holdfast {

std::string Error::message() const {
  if (detail.empty()) return code.message();
  return code ? detail + " (" + code.message() + ")" : detail;
}

Error errno_error(std::string what, int error_number) {
  return Error{std::error_code(error_number, std::generic_category()), std::move(what)};
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.message());
}

}  // namespace holdfast
