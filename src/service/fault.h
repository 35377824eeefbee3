#pragma once

#include <string>

#include <boost/system/result.hpp>

#include "service/code.h"

namespace holdfast::service {

// A refusal made before the keeper was asked. `detail` is one sentence for a person; `field` names what in
// the request is wrong, empty where no single field is.
struct Fault {
  Code code = Code::invalid_argument;
  std::string detail;
  std::string field;
};

template <class T>
using Checked = boost::system::result<T, Fault>;

}  // namespace holdfast::service
