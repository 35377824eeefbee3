#include "report.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace holdfast::load {
namespace {

constexpr Verb kVerbs[] = {Verb::acquire, Verb::renew, Verb::release, Verb::open_lease, Verb::show_lock};

boost::json::object quantiles(Latencies& latencies) {
  return {{"count", latencies.count()},
          {"p50_us", latencies.quantile_us(0.5)},
          {"p99_us", latencies.quantile_us(0.99)},
          {"p999_us", latencies.quantile_us(0.999)},
          {"max_us", latencies.quantile_us(1)}};
}

void append_quantiles(std::string& line, std::string_view name, Latencies& latencies) {
  if (latencies.count() == 0) return;
  fmt::format_to(std::back_inserter(line), " {}_us p50={:.0f} p99={:.0f} p99.9={:.0f} max={:.0f}", name,
                 latencies.quantile_us(0.5), latencies.quantile_us(0.99), latencies.quantile_us(0.999),
                 latencies.quantile_us(1));
}

double pairs_per_second(Run& run, double seconds) {
  return static_cast<double>(run.of(Verb::release).done) / seconds;
}

}  // namespace

std::string figures_line(Run& run, double seconds) {
  const Totals& totals = run.totals;
  std::string line =
      fmt::format("load: {} connections={} seconds={:.2f} pairs_per_s={:.0f}", run.settings.workload,
                  run.settings.connections, seconds, pairs_per_second(run, seconds));
  for (const Verb verb : kVerbs) {
    VerbTotals& of_verb = run.of(verb);
    if (of_verb.done + of_verb.refused + of_verb.unknown == 0) continue;
    fmt::format_to(std::back_inserter(line), " {}={}", name_of(verb), of_verb.done);
    if (of_verb.refused > 0) fmt::format_to(std::back_inserter(line), " refused={}", of_verb.refused);
    if (of_verb.unknown > 0) fmt::format_to(std::back_inserter(line), " unknown={}", of_verb.unknown);
    append_quantiles(line, name_of(verb), of_verb.latency);
  }
  append_quantiles(line, "handover", run.totals.handover);
  if (totals.unavailable > 0) line += fmt::format(" unavailable={}", totals.unavailable);
  if (totals.timeouts > 0) line += fmt::format(" timeouts={}", totals.timeouts);
  if (totals.abandoned > 0) line += fmt::format(" abandoned={}", totals.abandoned);
  if (totals.lost_replies > 0) {
    line += fmt::format(" lost_replies={} broken_retries={}", totals.lost_replies, totals.broken_retries);
  }
  return line;
}

std::string figures_json(Run& run, double seconds) {
  boost::json::object verbs;
  for (const Verb verb : kVerbs) {
    VerbTotals& of_verb = run.of(verb);
    boost::json::object one = quantiles(of_verb.latency);
    one["refused"] = of_verb.refused;
    one["unknown"] = of_verb.unknown;
    verbs[std::string(name_of(verb))] = std::move(one);
  }
  return boost::json::serialize(boost::json::object{{"workload", run.settings.workload},
                                                    {"connections", run.settings.connections},
                                                    {"seconds", seconds},
                                                    {"pairs_per_s", pairs_per_second(run, seconds)},
                                                    {"verbs", std::move(verbs)},
                                                    {"handover", quantiles(run.totals.handover)},
                                                    {"unavailable", run.totals.unavailable},
                                                    {"timeouts", run.totals.timeouts},
                                                    {"abandoned", run.totals.abandoned},
                                                    {"lost_replies", run.totals.lost_replies},
                                                    {"broken_retries", run.totals.broken_retries}});
}

}  // namespace holdfast::load
