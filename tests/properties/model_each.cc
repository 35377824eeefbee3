#include <algorithm>

#include "model.h"

// What clients of dialects ask, who name leases by aliases.

namespace holdfast::model {
namespace {

Ask alone(const std::string& key, const std::string& alias, Time ttl) {
  Ask ask{.items = {Item{.key = key}}};
  ask.ttl = ttl;
  ask.alias = alias;
  ask.extends = true;
  return ask;
}

void add(Lines& to, const Lines& more) {
  to.events.insert(to.events.end(), more.events.begin(), more.events.end());
  to.to_waiters.insert(to.to_waiters.end(), more.to_waiters.begin(), more.to_waiters.end());
}

}  // namespace

int Model::same_alias(const Ask& ask) const {
  const int own = aliased(ask.items.front().key, ask.alias);
  const auto holds = [&](const Item& item) {
    const Hold* hold = held(own, item.key);
    return hold != nullptr && same(hold->shape, item);
  };
  return own != 0 && std::ranges::all_of(ask.items, holds) ? own : 0;
}

// Whether all can be had is tried on a copy.
Lines Model::acquire_each(const std::vector<std::string>& keys, const std::string& alias, Time ttl) {
  Model tried = *this;
  for (const std::string& key : keys) {
    const std::string reply = tried.acquire(alone(key, alias, ttl)).reply;
    if (reply.starts_with("refused")) return {{}, {}, reply};
  }
  Lines lines;
  lines.reply = "each";
  for (const std::string& key : keys) {
    const Ask ask = alone(key, alias, ttl);
    add(lines, acquire(ask));
    lines.reply += " | " + told(*lease(same_alias(ask)), ask.items, 0, 0);
  }
  return lines;
}

Lines Model::release_each(const std::vector<std::pair<std::string, std::uint64_t>>& holds,
                          const std::string& alias) {
  std::vector<std::pair<int, std::vector<std::string>>> parts;
  Lines lines;
  lines.reply = "released";
  for (const auto& [key, token_asked] : holds) {
    const int own = aliased(key, alias);
    if (own == 0 || token(own, key) != token_asked) continue;
    auto part = std::ranges::find(parts, own, [](const auto& each) { return each.first; });
    if (part == parts.end()) part = parts.insert(part, {own, {}});
    part->second.push_back(key);
    lines.reply += " " + key;
  }
  for (const auto& [own, keys] : parts) add(lines, release(own, keys, 0, "", ""));
  return lines;
}

}  // namespace holdfast::model
