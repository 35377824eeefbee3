#include <fmt/format.h>

#include "api/http/handlers.h"
#include "api/http/watch/event_stream.h"
#include "service/event_id.h"
#include "service/rules.h"

namespace holdfast::api::http {
namespace {

using service::Code;
using service::Fault;

// Where the watcher goes on: after `since`, else after the last event that its browser saw, else now.
service::Checked<lock::Revision> position_of(Exchange& exchange, const Query& query) {
  const Broadcast& broadcast = exchange.backend().broadcast;
  const lock::Revision now = broadcast.hub().through();
  const std::string* since = query.find("since");
  const std::string_view field = since ? "since" : "Last-Event-ID";
  const std::string& text = since ? *since : exchange.asked().last_event_id;
  if (!since && text.empty()) return now;
  const auto id = service::parse_event_id(text);
  if (!id) return service::invalid(field, fmt::format("{} is the id of an event, such as 1-57", field));
  if (id->incarnation != broadcast.incarnation()) {
    return Fault{Code::compacted,
                 fmt::format("the events of incarnation {} are gone, this is {}", id->incarnation,
                             broadcast.incarnation()),
                 std::string(field)};
  }
  if (id->revision > now) return service::invalid(field, "there is no such event yet");
  if (id->revision < broadcast.floor()) {
    return Fault{Code::compacted, "the events after this one are no longer kept", std::string(field)};
  }
  return id->revision;
}

}  // namespace

void handle_watch(Exchange& exchange) {
  const auto query = Query::parse(exchange.query(), {"prefix", "since"});
  if (!query) return exchange.refuse(query.error());
  const auto position = position_of(exchange, *query);
  if (!position) return exchange.refuse(position.error());
  Broadcast& broadcast = exchange.backend().broadcast;
  if (broadcast.full()) {
    return exchange.refuse({Code::too_many_requests,
                            fmt::format("there are {} watchers, and more are not taken", broadcast.streams()),
                            ""});
  }
  const auto stream = std::make_shared<EventStream>(
      exchange, broadcast, EventStream::Start{.after = *position, .prefix = query->text("prefix")});
  if (exchange.begin_stream(stream)) stream->begin();
}

}  // namespace holdfast::api::http
