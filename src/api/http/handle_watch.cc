#include <fmt/format.h>

#include "api/http/handlers.h"
#include "api/http/watch/event_stream.h"
#include "api/http/watch/since.h"
#include "service/lease_handle.h"
#include "service/rules.h"

namespace holdfast::api::http {
namespace {

using service::Code;
using service::Fault;

// A lease that is gone has nothing to tell, except to who goes on after an earlier event of it.
service::Checked<EventFilter> filter_of(Exchange& exchange, const Query& query) {
  EventFilter filter{.prefix = query.text("prefix")};
  const std::string* lease = query.find("lease");
  if (!lease) return filter;
  const auto id = service::parse_lease_id(*lease);
  if (!id) return service::invalid("lease", "this is not the id of a lease");
  filter.lease = *id;
  const bool goes_on = query.find("since") || !exchange.asked().last_event_id.empty();
  if (goes_on || exchange.backend().keeper.state().find_lease(*id)) return filter;
  return Fault{Code::lease_gone, "the lease has ended or never was", "lease"};
}

// Where the watcher goes on: after `since`, else after the last event that its browser saw, else now.
service::Checked<lock::Revision> position_of(Exchange& exchange, const Query& query) {
  const Broadcast& broadcast = exchange.backend().broadcast;
  const lock::Revision now = broadcast.hub().through();
  const std::string* since = query.find("since");
  const std::string_view field = since ? "since" : "Last-Event-ID";
  const std::string& text = since ? *since : exchange.asked().last_event_id;
  if (!since && text.empty()) return now;
  return kept_since(broadcast, text, field);
}

}  // namespace

void handle_watch(Exchange& exchange) {
  const auto query = Query::parse(exchange.query(), {"prefix", "since", "lease"});
  if (!query) return exchange.refuse(query.error());
  const auto filter = filter_of(exchange, *query);
  if (!filter) return exchange.refuse(filter.error());
  const auto position = position_of(exchange, *query);
  if (!position) return exchange.refuse(position.error());
  Broadcast& broadcast = exchange.backend().broadcast;
  if (broadcast.is_full_for(*filter)) {
    return exchange.refuse({Code::too_many_requests,
                            fmt::format("there are {} watchers, and more are not taken", broadcast.streams()),
                            ""});
  }
  const auto stream = std::make_shared<EventStream>(
      exchange, broadcast, EventStream::Start{.after = *position, .filter = *filter});
  if (exchange.begin_stream(stream, "text/event-stream")) stream->begin();
}

}  // namespace holdfast::api::http
