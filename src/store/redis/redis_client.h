#pragma once

#include <chrono>
#include <hiredis/hiredis.h>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/http/http_error.h"

namespace holdfast::store {

struct RedisSettings {
  std::string host;
  int port = 6379;
  std::chrono::milliseconds connect_timeout{5000};
};

struct FreeRedisReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using RedisReply = std::unique_ptr<redisReply, FreeRedisReply>;

using RedisCommand = std::vector<std::string>;

// A blocking client of the Redis protocol, over hiredis, that keeps its connection between calls. One object
// belongs to one thread; only the stop token reaches it from another. A dead peer is noticed after about 5 s
// of silence of its TCP.
class RedisClient {
 public:
  explicit RedisClient(RedisSettings settings) : settings_(std::move(settings)) {}

  // Sends all commands at once and gives a reply for each, in order; errors of the server are replies.
  // Without `timeout` it waits for as long as the connection lives. Errors are HttpErrc, which say whether
  // the server can have acted, or std::errc::bad_message; after one the next call begins with a new
  // connection.
  Result<std::vector<RedisReply>> send(std::span<const RedisCommand> commands,
                                       std::optional<std::chrono::milliseconds> timeout,
                                       std::stop_token stop = {});

 private:
  using Clock = std::chrono::steady_clock;
  struct FreeContext {
    void operator()(redisContext* context) const { redisFree(context); }
  };

  Result<void> connect();
  Result<std::vector<RedisReply>> exchange(std::span<const RedisCommand> commands,
                                           std::optional<Clock::time_point> end);
  bool limit(std::optional<Clock::time_point> end);
  Error failed(bool late) const;

  RedisSettings settings_;
  std::unique_ptr<redisContext, FreeContext> context_;
};

}  // namespace holdfast::store
