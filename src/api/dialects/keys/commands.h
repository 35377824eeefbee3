#pragma once

#include <span>

#include "api/resp/command.h"

namespace holdfast::api::keys {

// What people and tools look up in the Redis of Distributed-Lock.
std::span<const resp::Command> commands();

}  // namespace holdfast::api::keys
