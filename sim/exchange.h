#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/strong_id.h"
#include "lock/command.h"
#include "lock/reply.h"
#include "server.h"

// What goes between clients and servers.

namespace holdfast::sim {

using ClientId = std::uint32_t;
using ServerId = std::uint32_t;

// One question and its answer over one connection. Unique in a run.
using ConnectionId = StrongId<struct ConnectionIdTag>;

struct ReadKey {
  std::string key;
};

using Question = std::variant<lock::Command, ReadKey>;

struct Answer {
  lock::Revision revision;
  std::variant<lock::Reply, KeyView> what;
};

}  // namespace holdfast::sim
