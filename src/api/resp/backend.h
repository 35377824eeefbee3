#pragma once

#include <chrono>

#include "api/command_traffic.h"
#include "api/guests.h"
#include "api/log_desk.h"
#include "api/resp/command.h"
#include "base/clock.h"
#include "keeper/keeper.h"
#include "service/checker.h"
#include "service/lease_handle.h"
#include "service/statistics/statistics.h"

namespace holdfast::api::resp {

// What the Redis protocol works with. Everything outlives the server; one thread.
struct Backend {
  keeper::Keeper& keeper;
  const service::LeaseHandles& handles;
  const service::Checker& checker;
  const service::Statistics& statistics;
  Gate& gate;
  const CommandTable& commands;
  const MonotonicClock& clock;
  std::chrono::nanoseconds started_at{};
  LogDesk& log;
  CommandTraffic& traffic;
};

}  // namespace holdfast::api::resp
