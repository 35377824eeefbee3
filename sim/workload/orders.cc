#include "orders.h"

#include <algorithm>

#include <fmt/format.h>

namespace holdfast::sim {
namespace {

using lock::Millis;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

Millis spread_ms(Random& random, Nanos low, Nanos high) {
  return duration_cast<Millis>(random.spread(low, std::max(low, high)));
}

}  // namespace

std::string principal_of(std::uint32_t client) {
  return fmt::format("p{}", client);
}

std::string key_name(std::uint32_t number) {
  return fmt::format("k{}", number);
}

lock::Alias draw_alias(Random& random, lock::Dialect dialect, bool extended) {
  return {dialect, fmt::format("{}{:x}", extended ? "x" : "r", random.next())};
}

bool is_extended(const lock::Alias& alias) {
  return alias.name.starts_with('x');
}

lock::RequestTag draw_tag(Random& random) {
  return {{random.next() | 1, random.next() << 8}, random.next()};
}

std::string draw_key(Random& random, const Plan& plan) {
  return key_name(static_cast<std::uint32_t>(random.below(plan.keys)));
}

std::vector<std::string> draw_keys(Random& random, const Plan& plan, std::size_t count) {
  std::vector<std::string> keys;
  for (std::size_t tries = 0; tries < 3 * count; ++tries) {
    std::string key = draw_key(random, plan);
    if (keys.size() < count && std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
  }
  return keys;
}

Millis draw_ttl(Random& random, const Plan& plan) {
  if (random.one_in(16)) return lock::kNoExpiry;
  return spread_ms(random, milliseconds(100), plan.longest_ttl);
}

Millis draw_wait(Random& random) {
  if (random.one_in(3)) return Millis(0);
  if (random.one_in(8)) return lock::kNoDeadline;
  return spread_ms(random, milliseconds(1), seconds(30));
}

lock::Item draw_item(Random& random, std::string key) {
  lock::Item item{.key = std::move(key)};
  if (random.one_in(2)) return item;
  item.mode = lock::Mode::shared;
  item.group = random.pick<const char*>({"", "", "read", "write"});
  if (random.one_in(3)) {
    item.limit = static_cast<std::uint32_t>(random.between(1, 4));
    item.permits = static_cast<std::uint32_t>(random.between(1, item.limit));
  }
  return item;
}

lock::Settings draw_settings(Random& random) {
  lock::Settings settings;
  settings.description = "of the simulator";
  if (random.one_in(3)) settings.limit = static_cast<std::uint32_t>(random.between(1, 4));
  if (random.one_in(6)) settings.owners = {"p0", "p1", "p2"};
  if (random.one_in(6)) settings.shared_groups = {"read"};
  if (random.one_in(3)) settings.lock_delay = spread_ms(random, milliseconds(10), seconds(5));
  if (random.one_in(4)) settings.max_hold = spread_ms(random, milliseconds(200), seconds(20));
  if (random.one_in(4)) settings.max_ttl = spread_ms(random, milliseconds(200), seconds(20));
  if (random.one_in(4)) settings.max_wait = spread_ms(random, milliseconds(100), seconds(10));
  settings.allow_multi_key_wait = !random.one_in(4);
  settings.record_refusals = random.one_in(4);
  return settings;
}

lock::Acquire draw_acquire(Random& random, const Plan& plan, std::uint32_t client, std::size_t keys) {
  lock::Acquire acquire;
  for (std::string& key : draw_keys(random, plan, keys))
    acquire.items.push_back(draw_item(random, std::move(key)));
  acquire.ttl = draw_ttl(random, plan);
  acquire.wait = draw_wait(random);
  acquire.principal = principal_of(client);
  acquire.owner = acquire.principal;
  if (random.one_in(4)) acquire.reason = "because";
  if (!random.one_in(6)) acquire.request = draw_tag(random);
  if (random.one_in(4)) acquire.claim = spread_ms(random, milliseconds(100), seconds(3));
  if (acquire.request && random.one_in(4))
    acquire.reattach = spread_ms(random, milliseconds(10), seconds(30));
  acquire.administers = random.one_in(4);
  return acquire;
}

}  // namespace holdfast::sim
