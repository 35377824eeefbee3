#include "api/http/backup_stream.h"
#include "api/http/handlers.h"

namespace holdfast::api::http {

void handle_backup(Exchange& exchange) {
  if (const auto query = Query::parse(exchange.query(), {}); !query) return exchange.refuse(query.error());
  keeper::Backups& backups = exchange.backend().keeper.backups();
  if (backups.busy()) {
    return exchange.refuse({service::Code::too_many_requests, "another backup is under way", ""});
  }
  const auto stream = std::make_shared<BackupStream>(exchange, backups);
  if (exchange.begin_stream(stream, "application/octet-stream")) stream->begin();
}

}  // namespace holdfast::api::http
