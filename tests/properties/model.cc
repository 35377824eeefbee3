#include "model.h"

#include <algorithm>

#include <fmt/format.h>

namespace holdfast::model {
namespace {

std::string group_of(const Item& item) {
  return !item.shared || item.group == "read" ? "" : item.group;
}

// Whether who has `from` and takes `to` shuts nobody out that was not shut out before.
bool weaker(const Item& from, const Item& to) {
  if (!to.shared) return false;
  return !from.shared || (group_of(from) == group_of(to) && to.permits <= from.permits);
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += " " + text;
  return out;
}

}  // namespace

bool same(const Item& a, const Item& b) {
  if (!a.shared || !b.shared) return a.shared == b.shared;
  return group_of(a) == group_of(b) && a.permits == b.permits;
}

// --- acquire ---

// Why the item can never be granted as it is asked, or none; then `need` says what it meets.
std::optional<std::string> Model::refusal(const Ask& ask, Need& need) const {
  Item& item = need.item;
  if (auto refused = refused_by_rules(ask, item)) return refused;
  if (item.shared) {
    auto limit = limit_in_use(item.key);
    if (!limit && rules(item.key).limit != 0) limit = rules(item.key).limit;
    if (limit) {
      if (item.limit != 0 && item.limit != *limit) return "refused limit_mismatch " + item.key;
      item.limit = *limit;
    }
    if (item.limit != 0 && item.permits > item.limit) return "refused invalid_argument " + item.key;
  }
  const std::vector<int> line = queue(item.key);
  const Hold* own = held(ask.lease, item.key);
  if (!own) {
    need.now = line.empty() && !closed(item.key) && compatible(item, 0);
    return std::nullopt;
  }
  if (same(own->shape, item)) {
    need.relies = need.now = true;
    return ask.return_held ? std::nullopt : std::optional("refused already_held " + item.key);
  }
  need.converts = true;
  need.weaker = weaker(own->shape, item);
  if (!need.weaker && !line.empty()) {
    for (const Waiter& other : waiters_) {
      const Place* place = place_of(other, item.key);
      if (place && place->converts) return "refused deadlock " + item.key;
    }
  }
  need.now = need.weaker || (!closed(item.key) && compatible(item, ask.lease));
  return std::nullopt;
}

Lines Model::acquire(const Ask& ask) {
  Lines lines;
  if (!ask.request.empty() && requests_.contains(ask.request)) return repeat(ask);
  if (ask.lease_given && !lease(ask.lease)) return {{}, {}, "refused lease_gone"};
  if (ask.extends || ask.once) {
    const int own = same_alias(ask);
    if (own != 0 && ask.extends) return renew(own, ask.ttl);
    if (own != 0) return {{}, {}, "refused already_held " + ask.items.front().key};
  }
  std::vector<Need> needs;
  for (const Item& item : ask.items) {
    Need need{.item = item};
    if (const auto refused = refusal(ask, need)) return {{}, {}, *refused};
    needs.push_back(need);
  }
  const auto blocked = std::ranges::find(needs, false, &Need::now);
  if (blocked == needs.end()) {
    grant_now(ask, needs, lines);
  } else if (ask.wait == 0) {
    const std::string& key = blocked->item.key;
    lines.reply =
        (holders(key).empty() && queue(key).empty() ? "refused lock_delay " : "refused held ") + key;
  } else if (const auto refused = not_together(needs)) {
    lines.reply = *refused;
  } else if (ask.lease_given && closes_a_circle(ask.lease, needs)) {
    lines.reply = "refused deadlock";
  } else {
    wait(ask, needs, lines);
  }
  return lines;
}

Lines Model::poll(const Ask& ask) {
  Ask once = ask;
  once.request.clear();
  const Lines refused = acquire(once);
  if (!refused.reply.starts_with("refused held") && !refused.reply.starts_with("refused lock_delay"))
    return refused;
  Ask waiting = ask;
  waiting.wait = -1;
  const auto is_over = [&] {
    const auto known = requests_.find(waiting.request);
    return known != requests_.end() && known->second.kind != Remembered::Kind::waiting;
  };
  for (int use = 1; is_over(); ++use) {
    if (use == 16) return refused;
    waiting.request = fmt::format("{} again {}", ask.request, use);
  }
  const auto its = [&] {
    return std::ranges::find_if(waiters_, [&](const Waiter& w) { return w.ask.request == waiting.request; });
  };
  const bool known = requests_.contains(waiting.request);
  const Time pause = known ? now_ - its()->attached_since : 0;
  Lines lines = acquire(waiting);
  if (!lines.reply.starts_with("waits") || (known && grantable(*its()))) return lines;
  its()->detached_until = now_ + std::clamp<Time>(4 * pause, 5'000, ask.reattach);
  lines.events.push_back(fmt::format("detach W{}", its()->id));
  lines.reply = known ? "refused held " + ask.items.front().key : refused.reply;
  return lines;
}

void Model::grant_now(const Ask& ask, const std::vector<Need>& needs, Lines& lines) {
  if (!std::ranges::all_of(needs, &Need::relies)) begin_entry();
  int id = ask.lease;
  if (!ask.lease_given) {
    id = ++last_lease_;
    std::vector<std::string> keys;
    for (const Need& need : needs) keys.push_back(need.item.key);
    const Time ttl = at_most(ask.ttl, keys, &Rules::max_ttl);
    leases_.push_back(
        {.id = id, .ttl = ttl, .expires = expiry(now_, ttl), .reattach = ask.reattach, .alias = ask.alias});
    lines.events.push_back(fmt::format("open L{}", id));
  }
  std::string granted;
  for (const Need& need : needs) {
    if (need.relies) continue;
    const std::uint64_t token = need.weaker ? held(id, need.item.key)->token : next_token_++;
    granted += " " + put_hold(id, need.item, ask.request, token, !ask.lease_given || lease(id)->shared);
  }
  if (!granted.empty()) {
    lines.events.push_back(fmt::format("grant L{}{}", id, granted));
    if (!ask.request.empty()) requests_[ask.request] = {Remembered::Kind::granted, ask.body, id, {}, {}, {}};
  }
  lines.reply = told(*lease(id), ask.items, 0, 0);
}

void Model::wait(const Ask& ask, const std::vector<Need>& needs, Lines& lines) {
  begin_entry();
  Waiter waiter{.id = ++last_waiter_, .ask = ask, .since = now_, .attached_since = now_};
  std::vector<std::string> keys;
  for (const Need& need : needs) {
    waiter.places.push_back({need.item, need.converts, need.relies});
    keys.push_back(need.item.key);
  }
  const Time most = at_most(ask.wait, keys, &Rules::max_wait);
  if (most != -1) waiter.deadline = now_ + most;
  waiters_.push_back(waiter);
  if (!ask.request.empty())
    requests_[ask.request] = {Remembered::Kind::waiting, ask.body, ask.lease, {}, {}, {}};
  lines.events.push_back(fmt::format("wait W{}", waiter.id));
  lines.reply = fmt::format("waits W{}", waiter.id);
}

Lines Model::repeat(const Ask& ask) {
  const Remembered& known = requests_[ask.request];
  if (known.body != ask.body) return {{}, {}, "refused request_id_reused"};
  if (known.kind == Remembered::Kind::refused) return {{}, {}, "refused " + known.code};
  if (known.kind == Remembered::Kind::waiting) {
    const auto found =
        std::ranges::find_if(waiters_, [&](const Waiter& w) { return w.ask.request == ask.request; });
    begin_entry();
    std::vector<std::string> keys;
    for (const Place& place : found->places) keys.push_back(place.item.key);
    found->deadline = ask.wait == -1 ? kForever : now_ + ask.wait;
    if (const Time most = at_most(-1, keys, &Rules::max_wait); most != -1) {
      found->deadline = std::min(found->deadline, std::max(now_, found->since + most));
    }
    found->detached_until = kForever;
    found->attached_since = now_;
    return {{fmt::format("attach W{}", found->id)}, {}, fmt::format("waits W{}", found->id)};
  }
  if (known.kind != Remembered::Kind::granted) return {{}, {}, "refused lease_gone"};
  Lines lines;
  Lease& granted = *lease(known.lease);
  if (granted.unclaimed) {
    begin_entry();
    granted.unclaimed = false;
    granted.expires = std::max(granted.expires, expiry(now_, granted.ttl));
    lines.events.push_back(fmt::format("claimed L{}", granted.id));
  }
  std::vector<Item> its;
  for (const Item& item : ask.items) {
    const Hold* hold = held(granted.id, item.key);
    if (hold && hold->request == ask.request) its.push_back(item);
  }
  lines.reply = told(granted, its, 0, 0);
  return lines;
}

// --- leases ---

std::optional<Lines> Model::repeated(const std::string& request, const std::string& body) {
  const auto found = requests_.find(request);
  if (request.empty() || found == requests_.end()) return std::nullopt;
  const Remembered& known = found->second;
  if (known.body != body) return Lines{{}, {}, "refused request_id_reused"};
  if (known.kind == Remembered::Kind::opened) {
    return Lines{{}, {}, fmt::format("has L{} {}", known.lease, left(lease(known.lease)->expires))};
  }
  if (known.kind == Remembered::Kind::done) return Lines{{}, {}, "done before" + joined(known.keys)};
  if (known.kind == Remembered::Kind::released) return Lines{{}, {}, "released" + joined(known.keys)};
  return Lines{{}, {}, "refused lease_gone"};
}

Lines Model::open(Time ttl, const std::string& request, const std::string& body) {
  if (auto again = repeated(request, body)) return *again;
  begin_entry();
  const int id = ++last_lease_;
  leases_.push_back({.id = id, .ttl = ttl, .expires = expiry(now_, ttl), .shared = true, .request = request});
  if (!request.empty()) requests_[request] = {Remembered::Kind::opened, body, id, {}, {}, {}};
  return {{fmt::format("open L{}", id)},
          {},
          fmt::format("has L{} {}", id, ttl == -1 ? "never" : std::to_string(ttl))};
}

Lines Model::renew(int id, std::optional<Time> ttl) {
  Lease* renewed = lease(id);
  if (!renewed) return {{}, {}, "refused lease_gone"};
  begin_entry();
  std::vector<std::string> keys = keys_of(id);
  for (const Waiter& waiter : waiters_) {
    if (!waiter.ask.lease_given || waiter.ask.lease != id) continue;
    for (const Place& place : waiter.places) keys.push_back(place.item.key);
  }
  renewed->ttl = at_most(ttl.value_or(renewed->ttl), keys, &Rules::max_ttl);
  renewed->expires = std::max(renewed->expires, expiry(now_, renewed->ttl));
  renewed->unclaimed = false;
  return {{fmt::format("renew L{}", id)},
          {},
          fmt::format("renewed L{} ttl {} {}", id, renewed->ttl, left(lease_end(*renewed))) + news(*renewed)};
}

Lines Model::release(int id, const std::vector<std::string>& keys, Time keep_for, const std::string& request,
                     const std::string& body) {
  if (auto again = repeated(request, body)) return *again;
  if (!lease(id)) return {{}, {}, "refused lease_gone"};
  Lines lines;
  std::vector<std::string> its;
  if (keys.empty()) {
    its = keys_of(id);
  } else {
    for (const std::string& key : keys) {
      if (held(id, key)) its.push_back(key);
    }
    std::string known;
    for (auto loss = lost_.rbegin(); loss != lost_.rend(); ++loss) {
      if (loss->lease == id && std::ranges::count(keys, loss->key) != 0) known += " " + loss->key;
    }
    if (!known.empty()) {
      begin_entry();
      lines.events.push_back(fmt::format("know L{}{}", id, known));
      std::erase_if(lost_, [&](const Loss& loss) {
        return loss.lease == id && std::ranges::count(keys, loss.key) != 0;
      });
    }
    lines.reply = "released";
    if (its.empty() && request.empty()) return lines;
  }
  begin_entry();
  if (keys.empty()) {
    end_lease(id, "release", keep_for, lines);
  } else {
    end_holds(id, its, "release", keep_for, lines);
  }
  if (!request.empty()) requests_[request] = {Remembered::Kind::released, body, id, {}, its, now_};
  lines.reply = "released" + joined(its);
  return lines;
}

Lines Model::abandon(int id, const std::vector<std::string>& keys, Time reattach) {
  Lease* its = lease(id);
  std::vector<std::string> lost;
  for (const std::string& key : keys) {
    if (its && held(id, key)) lost.push_back(key);
  }
  if (lost.empty()) return {{}, {}, "released"};
  begin_entry();
  Lines lines;
  const auto all = std::ranges::count(holds_, id, &Hold::lease);
  if (reattach > 0 && !its->shared && all == static_cast<std::ptrdiff_t>(lost.size())) {
    its->expires = std::min(its->expires, expiry(now_, reattach));
    its->unclaimed = true;
    its->reattach = reattach;
    return {{fmt::format("kept L{}", id)}, {}, "released"};
  }
  end_holds(id, lost, "undelivered", 0, lines);
  lines.reply = "released" + joined(lost);
  return lines;
}

// --- waits ---

Lines Model::cancel(const std::string& request) {
  const auto found = requests_.find(request);
  if (found == requests_.end() || found->second.kind != Remembered::Kind::waiting)
    return {{}, {}, "cancelled 0"};
  begin_entry();
  Lines lines;
  const auto waiting =
      std::ranges::find_if(waiters_, [&](const Waiter& w) { return w.ask.request == request; });
  end_wait(waiting->id, "cancelled", lines);
  lines.reply = "cancelled 1";
  return lines;
}

Lines Model::detach(int id) {
  Waiter* gone = waiter(id);
  Lines lines{{}, {}, "released"};
  if (!gone) return lines;
  if (gone->ask.reattach == 0) {
    begin_entry();
    end_wait(id, "disconnected", lines);
  } else if (gone->detached_until == kForever) {
    begin_entry();
    gone->detached_until = now_ + gone->ask.reattach;
    lines.events.push_back(fmt::format("detach W{}", id));
  }
  return lines;
}

Lines Model::take_over() {
  begin_entry();
  std::erase_if(waiters_, [](const Waiter& w) { return w.ask.request.empty(); });
  for (Waiter& waiting : waiters_)
    waiting.detached_until = now_ + std::max<Time>(waiting.ask.reattach, 5'000);
  for (Lease& unclaimed : leases_) {
    const Time kept = std::max<Time>(unclaimed.reattach, 5'000);
    if (unclaimed.unclaimed) unclaimed.expires = std::max(unclaimed.expires, expiry(now_, kept));
  }
  return {{"takeover"}, {}, "released"};
}

// --- what happens by itself ---

std::optional<Lines> Model::lease_expires(int id) {
  if (!lease(id) || lease(id)->expires > now_ || lease(id)->expires != next_due()) return std::nullopt;
  Lines lines;
  begin_entry();
  end_lease(id, "expiry", 0, lines);
  return lines;
}

std::optional<Lines> Model::wait_runs_out(int id) {
  const Waiter* late = waiter(id);
  if (!late || late->due() > now_ || late->due() != next_due()) return std::nullopt;
  Lines lines;
  begin_entry();
  end_wait(id, late->deadline <= now_ ? "timed_out" : "not_reattached", lines);
  return lines;
}

std::optional<Lines> Model::key_opens(const std::string& key) {
  if (!closed(key) || closed_[key] > now_ || closed_[key] != next_due()) return std::nullopt;
  begin_entry();
  closed_.erase(key);
  return Lines{{"opened " + key}, {}, {}};
}

std::optional<Lines> Model::grant(int id) {
  const Waiter* first = waiter(id);
  if (!first || !grantable(*first) || lost_ground(*first)) return std::nullopt;
  begin_entry();
  const Waiter granted = *first;
  std::erase_if(waiters_, [&](const Waiter& w) { return w.id == id; });
  Lines lines;
  int its = granted.ask.lease;
  if (!granted.ask.lease_given) {
    its = ++last_lease_;
    std::vector<std::string> keys;
    for (const Place& place : granted.places) keys.push_back(place.item.key);
    const Time ttl = at_most(granted.ask.ttl, keys, &Rules::max_ttl);
    Time life = ttl;
    if (granted.ask.claim != 0) life = life == -1 ? granted.ask.claim : std::min(life, granted.ask.claim);
    leases_.push_back({.id = its,
                       .ttl = ttl,
                       .expires = expiry(now_, life),
                       .unclaimed = life != ttl,
                       .reattach = granted.ask.reattach,
                       .alias = granted.ask.alias});
    lines.events.push_back(fmt::format("open L{}", its));
  }
  const bool capped = !granted.ask.lease_given || lease(its)->shared;
  std::string text;
  for (const Place& place : granted.places) {
    if (!place.relies) text += " " + put_hold(its, place.item, granted.ask.request, next_token_++, capped);
  }
  lines.events.push_back(fmt::format("grant L{}{} to W{}", its, text, id));
  if (!granted.ask.request.empty()) {
    requests_[granted.ask.request] = {Remembered::Kind::granted, granted.ask.body, its, {}, {}, {}};
  }
  lines.to_waiters.push_back(
      fmt::format("W{} {}", id,
                  told(*lease(its), granted.ask.items, now_ - granted.attached_since, now_ - granted.since)));
  return lines;
}

std::optional<Lines> Model::loses_its_ground(int id) {
  const Waiter* its = waiter(id);
  if (!its || !lost_ground(*its)) return std::nullopt;
  Lines lines;
  begin_entry();
  end_wait(id, "hold_lost", lines);
  return lines;
}

}  // namespace holdfast::model
