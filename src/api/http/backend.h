#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "api/command_traffic.h"
#include "api/guests.h"
#include "api/http/browser_guard.h"
#include "api/http/clock_watch.h"
#include "api/http/dialect.h"
#include "api/http/request_log.h"
#include "api/http/traffic.h"
#include "api/network.h"
#include "base/clock.h"
#include "keeper/keeper.h"
#include "service/checker.h"
#include "service/lease_handle.h"
#include "service/statistics/statistics.h"

namespace holdfast::api::http {

// What the REST interface works with. Everything outlives the server; one thread.
class Broadcast;

struct Backend {
  keeper::Keeper& keeper;
  const RouteTable& routes;
  const service::LeaseHandles& handles;
  const service::Checker& checker;
  Broadcast& broadcast;
  const service::Statistics& statistics;
  Gate& gate;
  std::string advertise;                    // where clients reach this server: "http://127.0.0.1:7420"
  std::vector<std::string> resp_addresses;  // where the Redis protocol is: "redis://127.0.0.1:7421"
  const MonotonicClock& clock;
  std::chrono::nanoseconds started_at{};
  TrustedProxies trusted_proxies;
  std::string base_path;  // that every target begins with, but on listeners for probes; empty: none
  BrowserRules browsers;
  Dialects dialects;
  service::ClientLimits rwlocks_limits;  // of requests of its dialect alone
  ClockWatch clocks;

  LogDesk& log;
  const CommandTraffic& commands;  // of the Redis protocol
  Traffic traffic{routes};

  // The newest revision that anybody was told, for replies that were decided without the keeper. Durable.
  lock::Revision told;
  std::size_t connections = 0;  // of HTTP
  std::size_t burdens = 0;      // see Exchange::take_burden()
};

}  // namespace holdfast::api::http
