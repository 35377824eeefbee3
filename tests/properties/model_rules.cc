#include <algorithm>

#include <fmt/format.h>

#include "model.h"

// What settings, breaks and wishes add to the rules.

namespace holdfast::model {

// --- looking ---

Rules Model::rules(const std::string& key) const {
  const auto found = rules_.find(key);
  return found == rules_.end() ? Rules{} : found->second;
}

Time Model::at_most(Time value, const std::vector<std::string>& keys, Time Rules::*most) const {
  for (const std::string& key : keys) {
    const Time its = rules(key).*most;
    if (its != 0 && (value == -1 || its < value)) value = its;
  }
  return value;
}

std::optional<std::string> Model::refused_by_rules(const Ask& ask, const Item& item) const {
  const Rules its = rules(item.key);
  const std::string group = item.group.empty() ? "read" : item.group;
  if (item.shared && !its.groups.empty() && std::ranges::count(its.groups, group) == 0) {
    return "refused invalid_argument " + item.key;
  }
  if (!ask.lease_given) return std::nullopt;
  const Lease& lease = *std::ranges::find(leases_, ask.lease, &Lease::id);
  const bool outlives = its.max_ttl != 0 && (lease.ttl == -1 || lease.ttl > its.max_ttl);
  const bool cuts = its.max_hold != 0 && !lease.shared && !held(ask.lease, item.key);
  return outlives || cuts ? std::optional("refused invalid_argument " + item.key) : std::nullopt;
}

std::optional<std::string> Model::not_together(const std::vector<Need>& needs) const {
  if (std::ranges::count(needs, false, &Need::relies) < 2) return std::nullopt;
  for (const Need& need : needs) {
    if (!need.relies && rules(need.item.key).single) return "refused invalid_argument " + need.item.key;
  }
  return std::nullopt;
}

// Nobody asks for an end of a shared lease but its own.
Time Model::lease_end(const Lease& lease) const {
  Time end = lease.expires;
  for (const Hold& hold : holds_) {
    if (!lease.shared && hold.lease == lease.id) end = std::min(end, hold.cap);
  }
  return end;
}

Time Model::hold_end(const Hold& hold) const {
  const Lease& its = *std::ranges::find(leases_, hold.lease, &Lease::id);
  return its.shared ? std::min(its.expires, hold.cap) : lease_end(its);
}

Time Model::closed_after(const std::string& key, const std::string& how, Time keep_for, Time end) const {
  const Time delay = rules(key).lock_delay;
  if (how == "broken now" || (how == "broken" && end == kForever)) return now_ + delay;
  if (how == "broken") return end + delay;
  if (how == "expiry" || how == "max_hold") return now_ + delay;
  return now_ + keep_for;
}

// By ascending token.
std::vector<std::string> Model::keys_of(int lease) const {
  std::vector<Hold> its;
  std::ranges::copy_if(holds_, std::back_inserter(its),
                       [&](const Hold& hold) { return hold.lease == lease; });
  std::ranges::sort(its, {}, &Hold::token);
  std::vector<std::string> keys;
  for (const Hold& hold : its) keys.push_back(hold.key);
  return keys;
}

std::uint64_t Model::token(int lease, const std::string& key) const {
  const Hold* its = held(lease, key);
  return its ? its->token : 0;
}

// What a renewal tells besides.
std::string Model::news(const Lease& lease) const {
  std::vector<Loss> its;
  std::ranges::copy_if(lost_, std::back_inserter(its),
                       [&](const Loss& loss) { return loss.lease == lease.id; });
  std::ranges::sort(its, {}, &Loss::token);
  std::string text;
  for (const Loss& loss : its) text += fmt::format(" lost {}#{} {}", loss.key, loss.token, loss.how);
  for (const std::string& key : keys_of(lease.id)) {
    const auto wish = wishes_.find(key);
    if (wish != wishes_.end() && held(lease.id, key)->token < wish->second) text += " asked " + key;
  }
  return text;
}

// --- settings ---

bool Model::fit(const std::string& key, std::uint32_t limit) const {
  std::uint64_t held = 0;
  for (const Hold* hold : holders(key)) held += hold->shape.shared ? hold->shape.permits : 0;
  bool fits = limit == 0 || held <= limit;
  for (const Waiter& waiter : waiters_) {
    const Place* place = place_of(waiter, key);
    if (place && place->item.shared && limit != 0 && place->item.permits > limit) fits = false;
  }
  return fits;
}

Lines Model::enregister(const std::string& key, const Rules& rules, bool replaces, const std::string& request,
                        const std::string& body) {
  if (auto again = repeated(request, body)) {
    if (again->reply.starts_with("done before")) again->reply = "registered " + key;
    return *again;
  }
  const auto present = rules_.find(key);
  if (present != rules_.end() && present->second == rules && !replaces) return {{}, {}, "registered " + key};
  if (replaces != (present != rules_.end())) return {{}, {}, "refused etag_mismatch"};
  if (!fit(key, rules.limit)) return {{}, {}, "refused in_use"};
  begin_entry();
  rules_[key] = rules;
  for (Hold& hold : holds_) {
    if (rules.limit != 0 && hold.key == key && hold.shape.shared) hold.shape.limit = rules.limit;
  }
  for (Waiter& waiter : waiters_) {
    for (Place& place : waiter.places) {
      const bool queued = !place.relies && place.item.key == key && place.item.shared;
      if (rules.limit != 0 && queued) place.item.limit = rules.limit;
    }
  }
  Lines lines{{"rules " + key}, {}, "registered " + key};
  remember(request, body, {key}, lines);
  return lines;
}

Lines Model::unregister(const std::string& key) {
  if (!rules_.contains(key)) return {{}, {}, "refused not_found"};
  if (!holders(key).empty() || !queue(key).empty()) return {{}, {}, "refused in_use"};
  begin_entry();
  rules_.erase(key);
  return {{"norules " + key}, {}, "unregistered " + key};
}

void Model::remember(const std::string& request, const std::string& body,
                     const std::vector<std::string>& keys, Lines& lines) {
  if (request.empty()) return;
  requests_[request] = {Remembered::Kind::done, body, 0, {}, keys, now_};
  std::string text = "done";
  for (const std::string& key : keys) text += " " + key;
  lines.events.push_back(text);
}

// --- breaks ---

Lines Model::break_in(const Break& command) {
  if (auto again = repeated(command.request, command.body)) {
    if (again->reply.starts_with("done before")) again->reply = "broke" + again->reply.substr(11);
    return *again;
  }
  if (command.waiter != 0) return break_wait(command);
  for (const Hold& hold : holds_) {
    const bool named = command.token != 0 ? hold.token == command.token : hold.lease == command.lease;
    if (hold.key == command.key && named) return break_hold(command, Hold(hold));
  }
  return {{}, {}, "refused not_found"};
}

Lines Model::break_wait(const Break& command) {
  const Waiter* its = waiter(command.waiter);
  if (!its || !place_of(*its, command.key)) return {{}, {}, "refused not_found"};
  begin_entry();
  Lines lines;
  end_wait(command.waiter, "broken", lines);
  remember(command.request, command.body, {command.key}, lines);
  lines.reply = fmt::format("broke W{}@{}", command.waiter, command.key);
  return lines;
}

Lines Model::break_hold(const Break& command, const Hold& hold) {
  begin_entry();
  const Lease its = *lease(hold.lease);
  const std::string how = command.now ? "broken now" : "broken";
  const std::string now = command.now ? " now" : "";
  const Time end = hold_end(hold);
  Lines lines{{}, {}, "broke"};
  std::vector<std::string> keys{command.key};
  for (const std::string& key : its.shared ? keys : keys_of(its.id)) {
    const Time opens = std::max({now_, closed_after(key, how, 0, end), closed(key) ? closed_[key] : 0});
    lines.reply += fmt::format(" {}#{}:{}", key, held(its.id, key)->token, opens - now_);
    if (key != command.key) keys.push_back(key);
  }
  if (its.shared) {
    end_waits_on(its.id, keys, lines);
    lose(its.id, command.key, "broken");
    drop_hold(its.id, command.key, closed_after(command.key, how, 0, end));
    lines.events.push_back(fmt::format("break L{} {}{}", its.id, command.key, now));
  } else {
    end_lease(its.id, how, 0, lines);
    lines.events.push_back(fmt::format("break L{}{}", its.id, now));
  }
  remember(command.request, command.body, keys, lines);
  return lines;
}

void Model::lose(int lease, const std::string& key, const std::string& how) {
  std::erase_if(lost_, [&](const Loss& loss) { return loss.lease == lease && loss.key == key; });
  lost_.push_back({lease, key, held(lease, key)->token, how});
}

void Model::end_waits_on(int id, const std::vector<std::string>& keys, Lines& lines) {
  std::vector<int> losers;
  for (const Waiter& waiter : waiters_) {
    if (!waiter.ask.lease_given || waiter.ask.lease != id) continue;
    const bool loses = std::ranges::any_of(waiter.places, [&](const Place& place) {
      return (place.converts || place.relies) && std::ranges::find(keys, place.item.key) != keys.end();
    });
    if (loses) losers.push_back(waiter.id);
  }
  for (const int loser : losers) end_wait(loser, "hold_lost", lines);
}

// --- wishes ---

Lines Model::request_release(const std::string& key) {
  std::vector<const Hold*> its = holders(key);
  std::ranges::sort(its, {}, [](const Hold* hold) { return hold->token; });
  Lines lines{{}, {}, "asked"};
  for (const Hold* hold : its) lines.reply += fmt::format(" L{}", hold->lease);
  if (its.empty()) return lines;
  begin_entry();
  wishes_[key] = next_token_;
  lines.events.push_back("wish " + key);
  return lines;
}

void Model::drop_wish_if_done(const std::string& key) {
  const auto wish = wishes_.find(key);
  if (wish == wishes_.end()) return;
  for (const Hold* hold : holders(key)) {
    if (hold->token < wish->second) return;
  }
  wishes_.erase(wish);
}

// --- what happens by itself ---

std::optional<Lines> Model::lease_capped(int id) {
  const Lease* its = lease(id);
  if (!its || its->shared || lease_end(*its) > now_ || lease_end(*its) != next_due()) return std::nullopt;
  const bool capped = std::ranges::any_of(
      holds_, [&](const Hold& hold) { return hold.lease == id && hold.cap == lease_end(*its); });
  if (!capped) return std::nullopt;
  Lines lines;
  begin_entry();
  end_lease(id, "max_hold", 0, lines);
  return lines;
}

std::optional<Lines> Model::hold_capped(int id, const std::string& key) {
  const Hold* its = held(id, key);
  if (!its || !lease(id)->shared || its->cap > now_ || its->cap != next_due()) return std::nullopt;
  Lines lines;
  begin_entry();
  lose(id, key, "max_hold");
  end_holds(id, {key}, "max_hold", 0, lines);
  return lines;
}

}  // namespace holdfast::model
