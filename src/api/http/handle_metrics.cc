#include <prometheus/text_serializer.h>

#include "api/http/handlers.h"
#include "api/http/metrics/collector.h"

namespace holdfast::api::http {

// Nothing here is an answer about a lock, so nothing has to be durable.
void handle_metrics(Exchange& exchange) {
  if (const auto query = Query::parse(exchange.query(), {}); !query) return exchange.refuse(query.error());
  const metrics::Collector collector(exchange.backend());
  exchange.answer_text("text/plain; version=0.0.4; charset=utf-8",
                       prometheus::TextSerializer().Serialize(collector.Collect()));
}

}  // namespace holdfast::api::http
