#include "api/http/backup_stream.h"

#include <utility>

#include <spdlog/spdlog.h>

#include "api/http/exchange.h"

namespace holdfast::api::http {

void BackupStream::take(ByteView bytes) {
  buffer_ += as_text(bytes);
  pump();
}

void BackupStream::taken() {
  complete_ = true;
  pump();
}

void BackupStream::pump() {
  if (!exchange_.may_send()) return;
  if (!buffer_.empty()) exchange_.send(std::exchange(buffer_, {}));
  if (complete_ && exchange_.may_send()) return exchange_.end_stream();
  backups_.go_on();
}

// Words at the end would be taken for a part of the file.
void BackupStream::end(const service::Fault& why) {
  spdlog::warn("a backup was cut off: {}", why.detail);
  backups_.end(*this);
  exchange_.cut_stream();
}

void BackupStream::failed(const Error& error) {
  spdlog::warn("{}", error.message());
  exchange_.cut_stream();
}

}  // namespace holdfast::api::http
