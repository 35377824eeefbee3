#include "cli/bench/report.h"

#include <chrono>

#include <boost/json.hpp>
#include <fmt/chrono.h>

#include "base/clock.h"
#include "cli/bench/machine.h"

namespace holdfast::cli::bench {
namespace {

boost::json::object to_json(const Settings& settings) {
  return {{"address", settings.address}, {"clients", settings.clients},   {"pipeline", settings.pipeline},
          {"seconds", settings.seconds}, {"keys", settings.keys},         {"locks", settings.locks},
          {"leases", settings.leases},   {"watchers", settings.watchers}, {"ttl_ms", settings.ttl_ms},
          {"wait_ms", settings.wait_ms}};
}

std::string now_text() {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(system_wall_clock().now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds.count())));
}

boost::json::value parsed(const std::string& json) {
  boost::system::error_code error;
  auto value = boost::json::parse(json, error);
  return error ? boost::json::value() : value;
}

}  // namespace

std::string report_json(const Bench& bench, const Info& info, const std::string& status,
                        const std::vector<Figures>& all) {
  boost::json::object machine = describe_machine();
  machine["disk"] = bench.process ? disk_of(*bench.process) : "";
  boost::json::object info_json;
  for (const auto& [name, value] : info) info_json[name] = value;
  boost::json::array workloads;
  for (const Figures& figures : all) workloads.push_back(bench::to_json(figures));
  return boost::json::serialize(boost::json::object{{"version", HOLDFAST_VERSION},
                                                    {"at", now_text()},
                                                    {"machine", std::move(machine)},
                                                    {"settings", to_json(bench.settings)},
                                                    {"server_info", std::move(info_json)},
                                                    {"server_status", parsed(status)},
                                                    {"workloads", std::move(workloads)}});
}

}  // namespace holdfast::cli::bench
