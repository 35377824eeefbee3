#include "api/http/metrics/metric.h"
#include "lock/event_view.h"
#include "lock/state.h"
#include "service/code.h"
#include "service/statistics/statistics.h"

namespace holdfast::api::http::metrics {
namespace {

using prometheus::MetricType;

const service::Statistics::Counts& counts_of(const Sources& in) {
  return in.backend.statistics.counts();
}

constexpr Metric kMetrics[] = {
    {"holdfast_grants_total", MetricType::Counter, "", "Keys that were granted.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(counts_of(in).grants)); }},
    {"holdfast_holds_ended_total", MetricType::Counter, "how",
     "Holds that ended: release (by their owner), expiry (not renewed in time), undelivered (granted while "
     "nobody was there to be told), break (by somebody with the right to), max_hold (the lock's cap on a "
     "hold).",
     [](const Sources& in, Samples& out) {
       for (std::size_t i = 0; i < service::kEndedCount; ++i) {
         out.add(static_cast<double>(counts_of(in).holds_ended[i]),
                 {{"how", service::name_of(static_cast<lock::Ended>(i))}});
       }
     }},
    {"holdfast_leases_opened_total", MetricType::Counter, "",
     "Leases that were opened, those of acquires without one included.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(counts_of(in).leases_opened)); }},
    {"holdfast_renewals_total", MetricType::Counter, "", "Leases that were renewed.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(counts_of(in).renewals)); }},
    {"holdfast_waits_total", MetricType::Counter, "", "Requests that began to wait.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(counts_of(in).waits_begun)); }},
    {"holdfast_waits_ended_total", MetricType::Counter, "outcome",
     "Waits that ended: granted, timed_out, cancelled, disconnected, not_reattached, lease_ended, hold_lost, "
     "broken.",
     [](const Sources& in, Samples& out) {
       out.add(static_cast<double>(counts_of(in).waited_grants), {{"outcome", "granted"}});
       for (std::size_t i = 0; i < service::kWaitEndCount; ++i) {
         out.add(static_cast<double>(counts_of(in).waits_ended[i]),
                 {{"outcome", lock::name_of(static_cast<lock::WaitEnd>(i))}});
       }
     }},
    {"holdfast_wait_seconds", MetricType::Histogram, "prefix",
     "How long granted keys were waited for, zero included, by the first level of the key. At most 100 "
     "prefixes, at most 50 of them of keys with a single level; the rest is other.",
     [](const Sources& in, Samples& out) {
       for (const auto& one : in.backend.statistics.prefixes().all())
         out.add(one.waits, {{"prefix", one.prefix}});
     }},
    {"holdfast_hold_seconds", MetricType::Histogram, "prefix",
     "How long keys were held, counted when the hold ended, by the first level of the key.",
     [](const Sources& in, Samples& out) {
       for (const auto& one : in.backend.statistics.prefixes().all())
         out.add(one.holds, {{"prefix", one.prefix}});
     }},
    {"holdfast_locks", MetricType::Gauge, "", "Keys in use: held, waited for, or kept closed.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.counts.locks)); }},
    {"holdfast_holds", MetricType::Gauge, "", "Holds.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.counts.holds)); }},
    {"holdfast_leases", MetricType::Gauge, "", "Leases.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.counts.leases)); }},
    {"holdfast_waiters", MetricType::Gauge, "", "Requests that wait for a lock.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.counts.waiters)); }},
    {"holdfast_remembered", MetricType::Gauge, "", "Ended requests and leases that are still remembered.",
     [](const Sources& in, Samples& out) { out.add(static_cast<double>(in.counts.remembered)); }},
    {"holdfast_documents", MetricType::Gauge, "", "Keys with a document, such as a state of Terraform.",
     [](const Sources& in, Samples& out) {
       out.add(static_cast<double>(in.backend.keeper.state().documents().size()));
     }},
    {"holdfast_documents_bytes", MetricType::Gauge, "", "Bytes of all documents.",
     [](const Sources& in, Samples& out) {
       out.add(static_cast<double>(in.backend.keeper.state().document_bytes()));
     }},
};

}  // namespace

std::span<const Metric> lock_metrics() {
  return kMetrics;
}

}  // namespace holdfast::api::http::metrics
