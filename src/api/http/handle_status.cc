#include "api/http/handlers.h"
#include "api/http/request_parser.h"
#include "base/hex.h"
#include "lock/limits.h"
#include "lock/view.h"

namespace holdfast::api::http {
namespace {

void write_counts(JsonWriter& out, const lock::Counts& counts, std::size_t connections) {
  out.key("counts");
  out.begin_object();
  out.member("locks", counts.locks);
  out.member("holds", counts.holds);
  out.member("leases", counts.leases);
  out.member("waiters", counts.waiters);
  out.member("remembered", counts.remembered);
  out.member("connections", connections);
  out.end_object();
}

void write_limits(JsonWriter& out, std::size_t max_connections) {
  out.key("limits");
  out.begin_object();
  out.member("key_bytes", lock::kMaxKeyBytes);
  out.member("keys_per_acquire", lock::kMaxKeysPerAcquire);
  out.member("metadata_bytes", lock::kMaxMetadataBytes);
  out.member("body_bytes", BodyBounds{}.bytes);
  out.member("ttl_ms_min", lock::kMinTtl);
  out.member("ttl_ms_max", lock::kMaxTtl);
  out.member("wait_ms_max", lock::kMaxWait);
  out.member("holds_per_lease", lock::kMaxHoldsPerLease);
  out.member("leases", lock::kMaxLeases);
  out.member("waiters", lock::kMaxWaiters);
  out.member("connections", max_connections);
  out.end_object();
}

void write_journal(JsonWriter& out, const keeper::Status& status) {
  out.key("journal");
  out.begin_object();
  out.member("engine", status.durability.engine);
  out.member("class", status.durability.level);
  out.member("description", status.durability.description);
  out.member("sequence", status.sequence);
  out.member("snapshot_sequence", status.snapshot_sequence);
  out.end_object();
}

void write_cell(JsonWriter& out, const lock::State& state, lock::JournalTime now) {
  out.key("cell");
  out.begin_object();
  out.member("id", to_hex(state.cell().id));
  out.member("incarnation", state.cell().incarnation);
  out.member("feature_level", std::uint64_t{state.level()});
  out.member("longest_ttl_ms", state.longest_ttl());
  std::optional<lock::Millis> reopens;
  if (state.quiet()) reopens = std::max(lock::Millis(0), state.quiet_until() - now);
  out.member("reopens_in_ms", reopens);
  out.end_object();
}

}  // namespace

void handle_status(Exchange& exchange) {
  if (const auto query = Query::parse(exchange.query(), {"consistency"}); !query) {
    return exchange.refuse(query.error());
  }
  Backend& backend = exchange.backend();
  const keeper::Status status = backend.keeper.status();
  const auto uptime = std::chrono::duration_cast<lock::Millis>(backend.clock.now() - backend.started_at);
  JsonWriter out = exchange.body();
  out.begin_object();
  out.member("version", HOLDFAST_VERSION);
  write_journal(out, status);
  write_cell(out, backend.keeper.state(), backend.keeper.now());
  out.member("role", "leader");
  out.member("leader", backend.advertise);
  out.key("resp");
  out.begin_array();
  for (const std::string& address : backend.resp_addresses) out.text(address);
  out.end_array();
  out.member("epoch", status.epoch);
  out.member("uptime_ms", uptime);
  write_counts(out, lock::count(backend.keeper.state()), backend.gate.open);
  out.member("pending", status.pending);
  write_limits(out, backend.gate.most);
  out.member("revision", backend.keeper.state().revision());
  out.end_object();
  exchange.answer_when_durable();
}

void handle_health(Exchange& exchange) {
  JsonWriter out = exchange.body();
  out.begin_object();
  out.member("status", "ok");
  out.member("revision", exchange.backend().told);
  out.end_object();
  exchange.answer();
}

void handle_readiness(Exchange& exchange) {
  const auto refusing = exchange.backend().keeper.status().refusing;
  if (refusing) return exchange.refuse({service::Code::journal_unavailable, refusing->message(), ""});
  handle_health(exchange);
}

}  // namespace holdfast::api::http
