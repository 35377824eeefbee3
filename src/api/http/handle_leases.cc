#include <fmt/format.h>

#include "api/http/handlers.h"
#include "api/http/lock_json.h"
#include "lock/view.h"
#include "service/rules.h"

namespace holdfast::api::http {
namespace {

constexpr std::uint64_t kMostPerPage = 1'000;
constexpr std::uint64_t kUsualPerPage = 100;

service::Fault no_such_lease() {
  return {service::Code::not_found, "there is no lease with this id", ""};
}

// A lease that has ended is gone, with the way it ended, for as long as that is remembered.
void refuse_missing(Exchange& exchange, lock::LeaseId id) {
  const auto ended = lock::ended_lease(exchange.backend().keeper.state(), id);
  if (!ended) return exchange.refuse_when_durable(no_such_lease());
  exchange.refuse_when_durable(
      lock::Refused{.code = lock::Code::lease_gone, .detail = "the lease has ended", .ended = ended});
}

}  // namespace

void handle_open_lease(Exchange& exchange) {
  service::OpenLeaseRequest request;
  const auto fault = exchange.read_body([&](BodyFields& in) {
    in.integer("ttl_ms", request.ttl_ms);
    in.text("owner", request.owner);
    in.object_text("metadata", request.metadata);
    in.text("request_id", request.request_id);
  });
  if (fault) return exchange.refuse(*fault);
  exchange.submit(exchange.backend().checker.open_lease(exchange.caller(), std::move(request)));
}

void handle_list_leases(Exchange& exchange) {
  const auto query = Query::parse(exchange.query(), {"principal", "cursor", "limit", "consistency"});
  if (!query) return exchange.refuse(query.error());
  const auto limit = query->number("limit", kMostPerPage, kUsualPerPage);
  if (!limit) return exchange.refuse(limit.error());
  const auto after = query->find("cursor") ? service::parse_lease_id(query->text("cursor")) : lock::LeaseId{};
  if (!after)
    return exchange.refuse(service::invalid("cursor", "this is not a cursor that a list has given"));
  const keeper::Keeper& keeper = exchange.backend().keeper;
  const lock::LeasePage page =
      lock::list_leases(keeper.state(), query->text("principal"), *after, *limit, keeper.now());
  JsonWriter out = exchange.body();
  out.begin_object();
  out.key("leases");
  out.begin_array();
  for (const lock::LeaseView& lease : page.leases) write_lease(out, lease, false);
  out.end_array();
  if (page.next) out.member("next_cursor", fmt::to_string(page.next->value));
  out.member("revision", keeper.state().revision());
  out.end_object();
  exchange.answer_when_durable();
}

void handle_show_lease(Exchange& exchange) {
  if (const auto query = Query::parse(exchange.query(), {"consistency"}); !query) {
    return exchange.refuse(query.error());
  }
  const auto id = service::parse_lease_id(exchange.path_value());
  if (!id) return exchange.refuse(no_such_lease());
  const keeper::Keeper& keeper = exchange.backend().keeper;
  const auto lease = lock::show_lease(keeper.state(), *id, keeper.now());
  if (!lease) return refuse_missing(exchange, *id);
  JsonWriter out = exchange.body();
  out.begin_object();
  out.key("lease");
  write_lease(out, *lease, true);
  out.member("revision", keeper.state().revision());
  out.end_object();
  exchange.answer_when_durable();
}

void handle_end_lease(Exchange& exchange) {
  const auto query = Query::parse(exchange.query(), {"request_id"});
  if (!query) return exchange.refuse(query.error());
  const std::string& handle = exchange.asked().lease_handle;
  if (handle.empty()) {
    return exchange.refuse(
        service::invalid("X-Holdfast-Lease", "the lease's handle is missing from the header"));
  }
  service::ReleaseRequest request{.lease = handle};
  if (const std::string* request_id = query->find("request_id")) {
    request.request_id = *request_id;
    exchange.call_it(*request_id);
  }
  auto command = exchange.backend().checker.release(exchange.caller(), std::move(request));
  const auto named = service::parse_lease_id(exchange.path_value());
  if (command && (!named || command->lease != lock::LeaseName(*named))) {
    return exchange.refuse({service::Code::lease_gone, "the handle is that of another lease", ""});
  }
  exchange.submit(std::move(command));
}

}  // namespace holdfast::api::http
