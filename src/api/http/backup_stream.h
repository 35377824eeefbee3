#pragma once

#include <string>

#include "api/http/long_reply.h"
#include "keeper/backups.h"

namespace holdfast::api::http {

class Exchange;

// One backup on its way to its client: a bounded buffer between the sweep and the connection.
class BackupStream final : public LongReply, private keeper::BackupTaker {
 public:
  // The exchange owns the stream; `backups` must outlive it.
  BackupStream(Exchange& exchange, keeper::Backups& backups) : exchange_(exchange), backups_(backups) {}
  ~BackupStream() override { backups_.end(*this); }

  void begin() { backups_.begin(*this); }

  // LongReply
  void sent() override { pump(); }
  void end(const service::Fault& why) override;

 private:
  // keeper::BackupTaker
  bool has_room() const override { return buffer_.size() < kMostBuffered; }
  void take(ByteView bytes) override;
  void taken() override;
  void failed(const Error& error) override;

  void pump();

  static constexpr std::size_t kMostBuffered = 1u << 20;

  Exchange& exchange_;
  keeper::Backups& backups_;
  std::string buffer_;
  bool complete_ = false;
};

}  // namespace holdfast::api::http
