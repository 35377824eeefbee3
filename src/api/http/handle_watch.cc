#include <fmt/format.h>

#include "api/http/handlers.h"
#include "api/http/watch/event_stream.h"
#include "api/http/watch/since.h"

namespace holdfast::api::http {
namespace {

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
  const auto query = Query::parse(exchange.query(), {"prefix", "since"});
  if (!query) return exchange.refuse(query.error());
  const auto position = position_of(exchange, *query);
  if (!position) return exchange.refuse(position.error());
  Broadcast& broadcast = exchange.backend().broadcast;
  if (broadcast.full()) {
    return exchange.refuse({service::Code::too_many_requests,
                            fmt::format("there are {} watchers, and more are not taken", broadcast.streams()),
                            ""});
  }
  const auto stream = std::make_shared<EventStream>(
      exchange, broadcast, EventStream::Start{.after = *position, .prefix = query->text("prefix")});
  if (exchange.begin_stream(stream)) stream->begin();
}

}  // namespace holdfast::api::http
