#pragma once

#include <holdfast/errc.h>

#include "base/error.h"
#include "client/problem.h"

// The words of the public interface for what servers and connections say.

namespace holdfast::detail {

failure failure_of(const client::Problem& problem);
failure failure_of(const Error& error);

}  // namespace holdfast::detail
