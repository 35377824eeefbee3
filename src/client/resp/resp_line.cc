#include "client/resp/resp_line.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "client/resp/resp_problem.h"

namespace holdfast::client {
namespace {

using store::RedisCommand;
using store::RedisReply;

Error not_holdfast() {
  return {std::make_error_code(std::errc::bad_message), "the reply is not Holdfast's"};
}

std::string_view text_of(const redisReply& reply) {
  return {reply.str, reply.len};
}

bool is_text(const redisReply& reply) {
  return reply.type == REDIS_REPLY_STRING || reply.type == REDIS_REPLY_STATUS;
}

std::optional<Milliseconds> span_of(long long ms) {
  return ms < 0 ? std::nullopt : std::optional(Milliseconds(ms));
}

void add(RedisCommand& command, std::string_view option, const std::string& value) {
  command.emplace_back(option);
  command.push_back(value);
}

void add_keys(RedisCommand& command, const std::vector<std::string>& keys) {
  add(command, "KEYS", std::to_string(keys.size()));
  command.insert(command.end(), keys.begin(), keys.end());
}

RedisCommand command_of(const AcquireRequest& request) {
  RedisCommand command{"ACQUIRE"};
  add_keys(command, request.keys);
  if (request.shared) command.emplace_back("SHARED");
  if (!request.group.empty()) add(command, "GROUP", request.group);
  if (request.permits) add(command, "PERMITS", std::to_string(*request.permits));
  if (request.limit) add(command, "LIMIT", std::to_string(*request.limit));
  if (request.ttl) add(command, "TTL", std::to_string(request.ttl->count()));
  if (!request.lease.empty()) add(command, "LEASE", request.lease);
  if (request.wait.count() != 0) add(command, "WAIT", std::to_string(request.wait.count()));
  if (request.claim.count() != 0) add(command, "CLAIM", std::to_string(request.claim.count()));
  if (request.reattach.count() != 0) add(command, "REATTACH", std::to_string(request.reattach.count()));
  if (!request.owner.empty()) add(command, "OWNER", request.owner);
  if (!request.reason.empty()) add(command, "REASON", request.reason);
  if (!request.request_id.empty()) add(command, "REQUEST", request.request_id);
  return command;
}

RedisCommand command_of(const RenewRequest& request) {
  RedisCommand command{"RENEW", request.lease};
  if (request.ttl) command.push_back(std::to_string(request.ttl->count()));
  return command;
}

// [handle, ttl, waited, revision, token …]
Answer<AcquireReply> acquired(const redisReply& reply, const AcquireRequest& request) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 4 + request.keys.size() ||
      !is_text(*reply.element[0])) {
    return not_holdfast();
  }
  AcquireReply result;
  result.lease.handle = text_of(*reply.element[0]);
  result.lease.id = result.lease.handle.substr(0, result.lease.handle.find('.'));
  result.lease.owner = request.owner;
  result.lease.ttl = span_of(reply.element[1]->integer);
  result.waited = Milliseconds(reply.element[2]->integer);
  for (std::size_t i = 0; i < request.keys.size(); ++i) {
    const redisReply& token = *reply.element[4 + i];
    if (token.type != REDIS_REPLY_INTEGER) continue;  // told again, and lost since
    result.grants.push_back({.key = request.keys[i],
                             .mode = request.shared ? "shared" : "exclusive",
                             .fencing_token = static_cast<std::uint64_t>(token.integer)});
  }
  return result;
}

// [ttl, revision, reason of a request for release or nil], or a refusal
Answer<RenewReply> renewed(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_ERROR) return problem_of(text_of(reply));
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements < 3) return not_holdfast();
  RenewReply result;
  result.lease.ttl = result.lease.expires_in = span_of(reply.element[0]->integer);
  if (is_text(*reply.element[2])) {
    result.release_requested.push_back(
        {.key = {}, .by = {}, .reason = std::string(text_of(*reply.element[2]))});
  }
  return result;
}

// A map of RESP2: names and values in turn.
const redisReply* member(const redisReply& map, std::string_view name) {
  for (std::size_t i = 0; map.type == REDIS_REPLY_ARRAY && i + 1 < map.elements; i += 2) {
    if (is_text(*map.element[i]) && text_of(*map.element[i]) == name) return map.element[i + 1];
  }
  return nullptr;
}

std::string text_member(const redisReply& map, std::string_view name) {
  const redisReply* const found = member(map, name);
  return found != nullptr && is_text(*found) ? std::string(text_of(*found)) : std::string();
}

Holder holder_of(const redisReply& map) {
  Holder holder{.lease = text_member(map, "lease"),
                .owner = text_member(map, "owner"),
                .mode = text_member(map, "mode"),
                .group = text_member(map, "group"),
                .reason = text_member(map, "reason")};
  const redisReply* const token = member(map, "fencing_token");
  if (token != nullptr) holder.fencing_token = static_cast<std::uint64_t>(token->integer);
  return holder;
}

}  // namespace

Result<RedisReply> RespLine::ask(RedisCommand command, const CallOptions& options) {
  auto replies = redis_.send(std::span(&command, 1), options.timeout, options.stop);
  if (!replies) return replies.error();
  return std::move(replies->front());
}

Answer<AcquireReply> RespLine::acquire(const AcquireRequest& request, const CallOptions& options) {
  const BootTime sent = boot_clock().now();
  if (request.request_id != request_id_) {
    request_id_ = request.request_id;
    first_sent_ = sent;
  }
  const auto reply = ask(command_of(request), options);
  if (!reply) return reply.error();
  if ((*reply)->type == REDIS_REPLY_ERROR) return problem_of(text_of(**reply));
  auto answer = acquired(**reply, request);
  if (answer) {
    auto& lease = std::get<AcquireReply>(*answer).lease;
    lease.expires_in = certain_of(lease.ttl, request, sent);
  }
  return answer;
}

// The reply has the ttl, not what is left of it. What is told again to a repeated request may have been
// granted as early as that was first sent; a grant after a wait is only a claim, until its renewal says more.
std::optional<Milliseconds> RespLine::certain_of(std::optional<Milliseconds> ttl,
                                                 const AcquireRequest& request, BootTime sent) const {
  if (request.claim.count() > 0) return ttl ? std::min(*ttl, request.claim) : request.claim;
  if (!ttl) return std::nullopt;
  return std::max(*ttl - std::chrono::ceil<Milliseconds>(sent - first_sent_), Milliseconds(0));
}

Answer<RenewReply> RespLine::renew(const RenewRequest& request, const CallOptions& options) {
  return std::move(renew_all(std::span(&request, 1), options).front());
}

std::vector<Answer<RenewReply>> RespLine::renew_all(std::span<const RenewRequest> requests,
                                                    const CallOptions& options) {
  std::vector<RedisCommand> commands;
  for (const RenewRequest& request : requests) commands.push_back(command_of(request));
  const auto replies = redis_.send(commands, options.timeout, options.stop);
  if (!replies) return std::vector<Answer<RenewReply>>(requests.size(), replies.error());
  std::vector<Answer<RenewReply>> answers;
  for (const RedisReply& reply : *replies) answers.push_back(renewed(*reply));
  return answers;
}

Answer<ReleaseReply> RespLine::release(const ReleaseRequest& request, const CallOptions& options) {
  RedisCommand command{"RELEASE", request.lease};
  if (request.keep_for.count() != 0) add(command, "KEEP", std::to_string(request.keep_for.count()));
  if (!request.request_id.empty()) add(command, "REQUEST", request.request_id);
  if (!request.keys.empty()) add_keys(command, request.keys);
  const auto reply = ask(std::move(command), options);
  if (!reply) return reply.error();
  if ((*reply)->type == REDIS_REPLY_ERROR) return problem_of(text_of(**reply));
  return ReleaseReply{.released = request.keys};
}

Answer<StatusReply> RespLine::cancel(const std::string& request_id, const CallOptions& options) {
  const auto reply = ask({"CANCEL", request_id}, options);
  if (!reply) return reply.error();
  if ((*reply)->type == REDIS_REPLY_ERROR) return problem_of(text_of(**reply));
  return StatusReply{};
}

Answer<LockReply> RespLine::show_lock(const std::string& key, const CallOptions& options) {
  const auto reply = ask({"LOCKINFO", key}, options);
  if (!reply) return reply.error();
  if ((*reply)->type == REDIS_REPLY_ERROR) return problem_of(text_of(**reply));
  LockReply result{.lock = {.key = key}};
  const redisReply* const holders = member(**reply, "holders");
  for (std::size_t i = 0; holders != nullptr && i < holders->elements; ++i) {
    result.lock.holders.push_back(holder_of(*holders->element[i]));
  }
  return result;
}

}  // namespace holdfast::client
