#pragma once

#include "client/line.h"
#include "store/redis/redis_client.h"

namespace holdfast::client {

// A line that speaks the Redis protocol (docs/resp.md): many renewals are one write and one entry of the
// journal.
class RespLine final : public Line {
 public:
  explicit RespLine(store::RedisSettings server) : redis_(std::move(server)) {}

  Answer<AcquireReply> acquire(const AcquireRequest& request, const CallOptions& options = {}) override;
  Answer<RenewReply> renew(const RenewRequest& request, const CallOptions& options = {}) override;
  std::vector<Answer<RenewReply>> renew_all(std::span<const RenewRequest> requests,
                                            const CallOptions& options = {}) override;
  Answer<ReleaseReply> release(const ReleaseRequest& request, const CallOptions& options = {}) override;
  Answer<StatusReply> cancel(const std::string& request_id, const CallOptions& options = {}) override;
  // Who holds it; nothing else is shown.
  Answer<LockReply> show_lock(const std::string& key, const CallOptions& options = {}) override;

 private:
  Result<store::RedisReply> ask(store::RedisCommand command, const CallOptions& options);
  std::optional<Milliseconds> certain_of(std::optional<Milliseconds> ttl, const AcquireRequest& request,
                                         BootTime sent) const;

  store::RedisClient redis_;
  std::string request_id_;  // of the last acquire
  BootTime first_sent_{};   // when it was sent for the first time
};

}  // namespace holdfast::client
