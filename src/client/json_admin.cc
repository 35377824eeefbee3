#include "client/json_codec.h"
#include "client/json_lock.h"
#include "client/json_members.h"
#include "client/json_reply.h"

// The codec of messages_admin.h.

namespace holdfast::client {
namespace {

using boost::json::object;

boost::json::array array_of(const std::vector<std::string>& texts) {
  return boost::json::array(texts.begin(), texts.end());
}

// A rule that is left out is none.
void put_rule(object& out, std::string_view name, const std::optional<Milliseconds>& longest) {
  if (longest) out[name] = longest->count();
}

std::optional<std::uint64_t> count_member(const object& in, std::string_view name) {
  const auto number = number_member(in, name);
  return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

}  // namespace

std::string encode(const BreakRequest& request) {
  object out{{"key", request.key}, {"reason", request.reason}, {"request_id", request.request_id}};
  if (!request.lease.empty()) out["lease"] = request.lease;
  if (request.fencing_token) out["fencing_token"] = *request.fencing_token;
  if (request.waiter) out["waiter"] = *request.waiter;
  if (request.now) out["now"] = true;
  if (!request.owner.empty()) out["owner"] = request.owner;
  return boost::json::serialize(out);
}

std::string encode(const AskReleaseRequest& request) {
  object out{{"key", request.key}, {"reason", request.reason}, {"request_id", request.request_id}};
  if (!request.owner.empty()) out["owner"] = request.owner;
  return boost::json::serialize(out);
}

std::string encode(const RegisterRequest& request) {
  const LockSettings& settings = request.settings;
  object out{{"description", settings.description},
             {"owners", array_of(settings.owners)},
             {"shared_groups", array_of(settings.shared_groups)},
             {"lock_delay_ms", settings.lock_delay.count()},
             {"allow_multi_key_wait", settings.allow_multi_key_wait},
             {"record_refusals", settings.record_refusals},
             {"request_id", request.request_id}};
  if (settings.limit) out["limit"] = *settings.limit;
  put_rule(out, "max_hold_ms", settings.max_hold);
  put_rule(out, "max_ttl_ms", settings.max_ttl);
  put_rule(out, "max_wait_ms", settings.max_wait);
  return boost::json::serialize(out);
}

template <>
Result<BreakReply> decode(std::string_view body) {
  return decode_object<BreakReply>(body, [](const object& in, BreakReply& reply) -> std::string_view {
    if (member(in, "broken") == nullptr) return "broken";
    for_each_object(in, "broken", [&](const object& item) {
      reply.broken.push_back({.key = text_member(item, "key"),
                              .lease = text_member(item, "lease"),
                              .waiter = count_member(item, "waiter"),
                              .fencing_token = count_member(item, "fencing_token").value_or(0),
                              .owner = text_member(item, "owner"),
                              .opens_in = duration_member(item, "opens_in_ms")});
    });
    return "";
  });
}

template <>
Result<AskReleaseReply> decode(std::string_view body) {
  return decode_object<AskReleaseReply>(body,
                                        [](const object& in, AskReleaseReply& reply) -> std::string_view {
                                          reply.holders = read_holders(in);
                                          return member(in, "holders") == nullptr ? "holders" : "";
                                        });
}

template <>
Result<RegisterReply> decode(std::string_view body) {
  return decode_object<RegisterReply>(body, [](const object& in, RegisterReply& reply) -> std::string_view {
    const object* settings = object_member(in, "settings");
    if (settings == nullptr) return "settings";
    reply.settings = read_settings(*settings);
    return "";
  });
}

template <>
Result<UnregisterReply> decode(std::string_view body) {
  return decode_object<UnregisterReply>(body,
                                        [](const object& in, UnregisterReply& reply) -> std::string_view {
                                          reply.key = text_member(in, "unregistered");
                                          return reply.key.empty() ? "unregistered" : "";
                                        });
}

}  // namespace holdfast::client
