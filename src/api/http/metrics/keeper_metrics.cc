#include <chrono>

#include "api/http/metrics/metric.h"

namespace holdfast::api::http::metrics {
namespace {

using prometheus::MetricType;

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

constexpr Metric kMetrics[] = {
    {"holdfast_queue_seconds", MetricType::Histogram, "",
     "How long commands lay in the keeper's queue until they were decided.",
     [](const Sources& in, Samples& out) { out.add(in.backend.keeper.measurements().queued_seconds); }},
    {"holdfast_pending_commands", MetricType::Gauge, "", "Commands in the keeper's queue.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.status.pending)); }},
    {"holdfast_append_seconds", MetricType::Histogram, "",
     "How long the journal took until it said that an entry is durable.",
     [](const Sources& in, Samples& out) { out.add(in.backend.keeper.measurements().append_seconds); }},
    {"holdfast_appends_unknown_total", MetricType::Counter, "",
     "Appends of which the journal did not say whether they were written, and which were repeated.",
     [](const Sources& in, Samples& out) {
       out.add(static_cast<double>(in.backend.keeper.measurements().unknown_appends));
     }},
    {"holdfast_commands_per_entry", MetricType::Histogram, "", "Commands that one entry carried.",
     [](const Sources& in, Samples& out) { out.add(in.backend.keeper.measurements().commands_per_entry); }},
    {"holdfast_events_per_entry", MetricType::Histogram, "", "Events that one entry carried.",
     [](const Sources& in, Samples& out) { out.add(in.backend.keeper.measurements().events_per_entry); }},
    {"holdfast_entries", MetricType::Gauge, "", "Number of the last durable entry of the journal.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.status.sequence)); }},
    {"holdfast_revision", MetricType::Gauge, "", "Revision of the last event.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.status.revision.value)); }},
    {"holdfast_epoch", MetricType::Gauge, "", "Which keeper this is; grows at each takeover.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.status.epoch.value)); }},
    {"holdfast_journal_writable", MetricType::Gauge, "",
     "1, or 0 while the journal has no room and every change is refused.",
     [](const Sources& in, Samples& out) { out.add(in.status.refusing ? 0 : 1); }},
    {"holdfast_journal_bytes_since_snapshot", MetricType::Gauge, "",
     "Bytes of entries that a restart would replay.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.status.bytes_since_snapshot)); }},
    {"holdfast_snapshots_total", MetricType::Counter, "outcome", "Snapshots that were begun: taken, failed.",
     [](const Sources& in, Samples& out) {
       out.add(static_cast<double>(in.status.snapshots.taken), {{"outcome", "taken"}});
       out.add(static_cast<double>(in.status.snapshots.failed), {{"outcome", "failed"}});
     }},
    {"holdfast_snapshot_seconds", MetricType::Gauge, "",
     "How long the last snapshot took that this process has taken.",
     [](const Sources& in, Samples& out) { out.add(seconds(in.status.snapshots.last_took)); }},
    {"holdfast_snapshot_age_seconds", MetricType::Gauge, "",
     "How old the newest snapshot is by the wall clock; absent while there is none.",
     [](const Sources& in, Samples& out) {
       const auto until = in.status.snapshots.covers_until;
       if (until) out.add(seconds(in.backend.clocks.now() - until->time_since_epoch()));
     }},
    {"holdfast_time_lost_seconds_total", MetricType::Counter, "",
     "Real time for which journal time stood still because this process was stalled: no lease got older.",
     [](const Sources& in, Samples& out) { out.add(seconds(in.status.time_lost)); }},
    {"holdfast_clock_error_seconds", MetricType::Gauge, "",
     "How far the wall clock has run ahead of the clock that leases are counted by, since the process began. "
     "Setting the time of day shows here and changes no lease.",
     [](const Sources& in, Samples& out) { out.add(seconds(in.backend.clocks.error())); }},
};

}  // namespace

std::span<const Metric> keeper_metrics() {
  return kMetrics;
}

}  // namespace holdfast::api::http::metrics
