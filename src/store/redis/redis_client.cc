#include "store/redis/redis_client.h"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace holdfast::store {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kDeadAfterMs = 5'000;

timeval timeval_of(std::chrono::microseconds span) {
  return {.tv_sec = span.count() / 1'000'000, .tv_usec = span.count() % 1'000'000};
}

void append(redisContext* context, const RedisCommand& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const std::string& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(context, static_cast<int>(words.size()), words.data(), sizes.data());
}

}  // namespace

Result<void> RedisClient::connect() {
  if (context_) return {};
  context_.reset(
      redisConnectWithTimeout(settings_.host.c_str(), settings_.port, timeval_of(settings_.connect_timeout)));
  if (context_ == nullptr || context_->err != 0) {
    const std::string why = context_ ? context_->errstr : "out of memory";
    context_.reset();
    return Error{make_error_code(HttpErrc::unreachable),
                 settings_.host + ":" + std::to_string(settings_.port) + ": " + why};
  }
  redisEnableKeepAlive(context_.get());
  ::setsockopt(context_->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kDeadAfterMs, sizeof kDeadAfterMs);
  return {};
}

Result<std::vector<RedisReply>> RedisClient::send(std::span<const RedisCommand> commands,
                                                  std::optional<milliseconds> timeout, std::stop_token stop) {
  std::optional<Clock::time_point> end;
  if (timeout) end = Clock::now() + *timeout;
  if (stop.stop_requested()) return Error{make_error_code(HttpErrc::cancelled), "before it was sent"};
  if (const auto connected = connect(); !connected) return connected.error();
  auto replies = [&] {
    const std::stop_callback on_stop(stop, [fd = context_->fd] { ::shutdown(fd, SHUT_RDWR); });
    return exchange(commands, end);
  }();
  if (!replies) context_.reset();
  if (!replies && stop.stop_requested()) return Error{make_error_code(HttpErrc::cancelled), "stopped"};
  return replies;
}

Result<std::vector<RedisReply>> RedisClient::exchange(std::span<const RedisCommand> commands,
                                                      std::optional<Clock::time_point> end) {
  for (const RedisCommand& command : commands) append(context_.get(), command);
  std::vector<RedisReply> replies;
  while (replies.size() < commands.size()) {
    void* reply = nullptr;
    if (!limit(end)) return Error{make_error_code(HttpErrc::timed_out), "no answer in time"};
    if (redisGetReply(context_.get(), &reply) != REDIS_OK) return failed(end && Clock::now() >= *end);
    replies.emplace_back(static_cast<redisReply*>(reply));
  }
  return replies;
}

// Each read may take what is left; false when nothing is.
bool RedisClient::limit(std::optional<Clock::time_point> end) {
  if (!end) return redisSetTimeout(context_.get(), timeval{}) == REDIS_OK;
  const auto left = std::chrono::ceil<std::chrono::microseconds>(*end - Clock::now());
  if (left.count() <= 0) return false;
  return redisSetTimeout(context_.get(), timeval_of(left)) == REDIS_OK;
}

Error RedisClient::failed(bool late) const {
  if (context_->err == REDIS_ERR_PROTOCOL)
    return {std::make_error_code(std::errc::bad_message), context_->errstr};
  const bool timed_out = late || (context_->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK));
  return {make_error_code(timed_out ? HttpErrc::timed_out : HttpErrc::no_reply), context_->errstr};
}

}  // namespace holdfast::store
