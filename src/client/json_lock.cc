#include "client/json_lock.h"

#include "client/json_members.h"

namespace holdfast::client {
namespace {

using boost::json::object;

std::uint64_t count_member(const object& in, std::string_view name, std::uint64_t otherwise) {
  const auto number = number_member(in, name);
  return number ? static_cast<std::uint64_t>(*number) : otherwise;
}

std::vector<Waiter> read_queue(const object& in) {
  std::vector<Waiter> queue;
  for_each_object(in, "queue", [&](const object& item) {
    queue.push_back({.waiter = count_member(item, "waiter", 0),
                     .owner = text_member(item, "owner"),
                     .mode = text_member(item, "mode"),
                     .waiting = duration_member(item, "waiting_ms")});
  });
  return queue;
}

}  // namespace

std::vector<Holder> read_holders(const object& in) {
  std::vector<Holder> holders;
  for_each_object(in, "holders", [&](const object& item) {
    holders.push_back({.lease = text_member(item, "lease"),
                       .owner = text_member(item, "owner"),
                       .mode = text_member(item, "mode"),
                       .group = text_member(item, "group"),
                       .permits = count_member(item, "permits", 1),
                       .fencing_token = count_member(item, "fencing_token", 0),
                       .reason = text_member(item, "reason"),
                       .dialect = text_member(item, "dialect"),
                       .held = duration_member(item, "held_ms"),
                       .expires_in = duration_member(item, "expires_in_ms")});
  });
  return holders;
}

LockSettings read_settings(const object& in) {
  LockSettings settings{.description = text_member(in, "description"),
                        .owners = texts_member(in, "owners"),
                        .shared_groups = texts_member(in, "shared_groups"),
                        .lock_delay = duration_member(in, "lock_delay_ms").value_or(Milliseconds(0)),
                        .max_hold = duration_member(in, "max_hold_ms"),
                        .max_ttl = duration_member(in, "max_ttl_ms"),
                        .max_wait = duration_member(in, "max_wait_ms"),
                        .allow_multi_key_wait = truth_member(in, "allow_multi_key_wait").value_or(true),
                        .record_refusals = truth_member(in, "record_refusals").value_or(false)};
  if (const auto limit = number_member(in, "limit")) settings.limit = static_cast<std::uint64_t>(*limit);
  return settings;
}

LockView read_lock(const object& in) {
  LockView lock{.key = text_member(in, "key"),
                .state = text_member(in, "state"),
                .holders = read_holders(in),
                .queue = read_queue(in),
                .opens_in = duration_member(in, "opens_in_ms")};
  lock.holder_count = count_member(in, "holder_count", lock.holders.size());
  lock.queue_length = count_member(in, "queue_length", lock.queue.size());
  if (member(in, "release_requested") != nullptr)
    lock.release_requested = text_member(in, "release_requested");
  if (const object* settings = object_member(in, "settings")) lock.settings = read_settings(*settings);
  return lock;
}

}  // namespace holdfast::client
