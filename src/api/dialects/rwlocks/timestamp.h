#pragma once

#include <string>

#include "lock/types.h"

namespace holdfast::api::rwlocks {

// "2026-11-22T03:19:21.005000+00:00", for display only.
std::string timestamp(lock::WallTime time);

}  // namespace holdfast::api::rwlocks
