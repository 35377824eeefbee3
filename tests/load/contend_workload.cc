#include "contend_workload.h"

#include "workload_keys.h"

namespace holdfast::load {
namespace {

constexpr unsigned kLookPercent = 20;
constexpr unsigned kRenewPercent = 25;
constexpr unsigned kWaitPercent = 40;  // of the acquires
constexpr std::int64_t kMaxWaitMs = 50;

}  // namespace

void ContendWorkload::next(Client& client) {
  const Settings& settings = client.run().settings;
  if (settings.hold_us > 0 && !std::exchange(rested_, true)) {
    return client.pause(std::chrono::microseconds(client.random(settings.hold_us)));
  }
  rested_ = false;
  if (!handle_.empty()) return use(client);
  if (!client.run().take_one()) return client.finish();
  key_ = numbered_key(settings, "contend", client.random(settings.keys));
  client.chance(kLookPercent) ? client.perform({.verb = Verb::show_lock, .keys = {key_}}) : acquire(client);
}

void ContendWorkload::acquire(Client& client) {
  const Settings& settings = client.run().settings;
  const bool waits = client.chance(kWaitPercent);
  client.perform({.verb = Verb::acquire,
                  .keys = {key_},
                  .shared = client.chance(settings.shared_percent),
                  .ttl_ms = settings.ttl_ms,
                  .wait_ms = waits ? 1 + static_cast<std::int64_t>(client.random(kMaxWaitMs)) : 0,
                  .request_id = client.new_request_id()});
}

void ContendWorkload::use(Client& client) {
  if (client.chance(kLookPercent)) return client.perform({.verb = Verb::show_lock, .keys = {key_}});
  const bool renews = client.chance(kRenewPercent);
  Operation operation{.verb = renews ? Verb::renew : Verb::release, .keys = {key_}, .lease = handle_};
  operation.request_id = client.new_request_id();
  if (!renews) handle_.clear();
  client.perform(std::move(operation));
}

void ContendWorkload::answered(Client& client, const Operation& operation, const Answer& answer,
                               History::Times times) {
  const Settings& settings = client.run().settings;
  if (operation.verb == Verb::show_lock && client.run().history) {
    client.run().history->look(client.number(), operation, times, answer);
  }
  if (operation.verb == Verb::acquire && answer.status == 200 && !client.chance(settings.keep_percent)) {
    handle_ = answer.handle;
  }
  if (operation.verb == Verb::renew && answer.status != 200) handle_.clear();
}

}  // namespace holdfast::load
