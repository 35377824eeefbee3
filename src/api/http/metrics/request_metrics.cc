#include <algorithm>

#include <boost/beast/http/verb.hpp>
#include <fmt/format.h>

#include "api/http/metrics/metric.h"
#include "api/http/watch/broadcast.h"

namespace holdfast::api::http::metrics {
namespace {

using prometheus::MetricType;
using service::Code;

std::string_view method_of(const Route* route) {
  if (route == nullptr) return "";
  const auto text = boost::beast::http::to_string(route->method);
  return {text.data(), text.size()};
}

std::string_view pattern_of(const Route* route) {
  return route == nullptr ? "none" : route->pattern;
}

void add_by_status(const Traffic::PerRoute& counts, Samples& out) {
  for (const auto& [status, count] : counts.statuses) {
    out.add(static_cast<double>(count), {{"method", method_of(counts.route)},
                                         {"route", pattern_of(counts.route)},
                                         {"status", fmt::to_string(status)}});
  }
}

bool has_come(const CommandTraffic::PerCommand& counts) {
  return std::ranges::any_of(counts.seconds.counts(), [](std::uint64_t count) { return count != 0; });
}

void add_by_result(const CommandTraffic::PerCommand& counts, Samples& out) {
  const auto add = [&](std::string_view result, std::uint64_t count) {
    if (count > 0) out.add(static_cast<double>(count), {{"command", counts.name}, {"result", result}});
  };
  add("ok", counts.succeeded);
  add("error", counts.misused);
  for (std::size_t i = 0; i < service::kCodeCount; ++i) {
    add(service::name_of(static_cast<Code>(i)), counts.refused[i]);
  }
}

constexpr Metric kMetrics[] = {
    {"holdfast_requests_total", MetricType::Counter, "method, route, status",
     "Requests that were answered. What has no route (nothing at the path, no HTTP, a browser's preflight) "
     "is "
     "none.",
     [](const Sources& in, Samples& out) {
       for (const auto& counts : in.backend.traffic.all()) add_by_status(counts, out);
     }},
    {"holdfast_refusals_total", MetricType::Counter, "code",
     "Requests that were refused, by the code in the reply.",
     [](const Sources& in, Samples& out) {
       for (std::size_t i = 0; i < service::kCodeCount; ++i) {
         std::uint64_t all = 0;
         for (const auto& counts : in.backend.traffic.all()) all += counts.refused[i];
         for (const auto& counts : in.backend.commands.all()) all += counts.refused[i];
         out.add(static_cast<double>(all), {{"code", service::name_of(static_cast<Code>(i))}});
       }
     }},
    {"holdfast_request_seconds", MetricType::Histogram, "method, route",
     "From the end of a request to its reply, without the time that it waited in a lock's queue.",
     [](const Sources& in, Samples& out) {
       for (const auto& counts : in.backend.traffic.all()) {
         out.add(counts.seconds, {{"method", method_of(counts.route)}, {"route", pattern_of(counts.route)}});
       }
     }},
    {"holdfast_commands_total", MetricType::Counter, "command, result",
     "Commands of the Redis protocol that were answered: ok, error (ERR), or the code of a refusal. What is "
     "no "
     "command is none.",
     [](const Sources& in, Samples& out) {
       for (const auto& counts : in.backend.commands.all()) add_by_result(counts, out);
     }},
    {"holdfast_command_seconds", MetricType::Histogram, "command",
     "From a command to its reply, without the time that it waited in a lock's queue.",
     [](const Sources& in, Samples& out) {
       for (const auto& counts : in.backend.commands.all()) {
         if (has_come(counts)) out.add(counts.seconds, {{"command", counts.name}});
       }
     }},
    {"holdfast_connections", MetricType::Gauge, "protocol", "Open connections, of http and redis.",
     [](const Sources& in, Samples& out) {
       out.add(static_cast<double>(in.backend.connections), {{"protocol", "http"}});
       out.add(static_cast<double>(in.backend.gate.open - in.backend.connections), {{"protocol", "redis"}});
     }},
    {"holdfast_watchers", MetricType::Gauge, "", "Open streams of events.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.backend.broadcast.streams())); }},
    {"holdfast_connections_limit", MetricType::Gauge, "", "How many connections are taken at most.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.backend.gate.most)); }},
};

}  // namespace

std::span<const Metric> request_metrics() {
  return kMetrics;
}

}  // namespace holdfast::api::http::metrics
