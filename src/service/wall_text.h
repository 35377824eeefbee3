#pragma once

#include <string>

#include "lock/types.h"

namespace holdfast::service {

// Appends a wall-clock time as RFC 3339 in UTC with milliseconds: 2026-11-22T03:19:21.005Z. For display only.
void append_rfc3339(std::string& out, lock::WallTime time);

}  // namespace holdfast::service
