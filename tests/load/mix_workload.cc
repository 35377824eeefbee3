#include "mix_workload.h"

#include "workload_keys.h"

namespace holdfast::load {
namespace {

constexpr unsigned kReleasePercent = 5;  // of the steps, where something is kept
constexpr unsigned kRenewPercent = 20;
constexpr unsigned kContendedPercent = 40;
constexpr std::int64_t kMaxWaitMs = 50;
constexpr std::uint64_t kOwnKeysPerClient = 1'000'000;

}  // namespace

void MixWorkload::next(Client& client) {
  if (!to_release_.empty()) {
    Held held = std::move(to_release_.back());
    to_release_.pop_back();
    return release(client, std::move(held));
  }
  if (!client.run().take_one()) return client.finish();
  if (!kept_.empty() && client.chance(kReleasePercent + kRenewPercent)) {
    const std::size_t which = client.random(kept_.size());
    if (client.chance(100 * kReleasePercent / (kReleasePercent + kRenewPercent))) {
      Held held = std::move(kept_[which]);
      kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(which));
      return release(client, std::move(held));
    }
    return client.perform({.verb = Verb::renew,
                           .keys = {kept_[which].key},
                           .lease = kept_[which].handle,
                           .request_id = client.new_request_id()});
  }
  client.chance(kContendedPercent) ? acquire_contended(client) : acquire_own(client);
}

void MixWorkload::acquire_own(Client& client) {
  const Settings& settings = client.run().settings;
  const std::uint64_t number = client.number() * kOwnKeysPerClient + own_keys_++;
  client.perform({.verb = Verb::acquire,
                  .keys = {numbered_key(settings, "own", number)},
                  .ttl_ms = settings.ttl_ms,
                  .request_id = client.new_request_id()});
}

void MixWorkload::acquire_contended(Client& client) {
  const Settings& settings = client.run().settings;
  client.perform({.verb = Verb::acquire,
                  .keys = {numbered_key(settings, "all", client.random(settings.keys))},
                  .shared = client.chance(settings.shared_percent),
                  .ttl_ms = settings.ttl_ms,
                  .wait_ms = static_cast<std::int64_t>(client.random(kMaxWaitMs)),
                  .request_id = client.new_request_id()});
}

void MixWorkload::release(Client& client, Held held) {
  client.perform({.verb = Verb::release,
                  .keys = {std::move(held.key)},
                  .lease = std::move(held.handle),
                  .request_id = client.new_request_id()});
}

void MixWorkload::answered(Client& client, const Operation& operation, const Answer& answer, History::Times) {
  if (operation.verb != Verb::acquire || answer.status != 200) return;
  Held held{operation.keys.front(), answer.handle};
  const bool own = operation.wait_ms == 0 && !operation.shared;
  if (own && client.chance(client.run().settings.keep_percent)) {
    kept_.push_back(std::move(held));
  } else {
    to_release_.push_back(std::move(held));
  }
}

}  // namespace holdfast::load
