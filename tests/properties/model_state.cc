#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "model.h"

namespace holdfast::model {
namespace {

constexpr Time kRemembered = 10 * 60 * 1'000;

std::string group_of(const Item& item) {
  return !item.shared || item.group == "read" ? "" : item.group;
}

}  // namespace

void Model::begin_batch(Time now, bool tick) {
  now_ = now;
  begun_ = false;
  if (tick) begin_entry();
}

// What is remembered is forgotten when the first thing of an entry happens.
void Model::begin_entry() {
  if (begun_) return;
  begun_ = true;
  std::erase_if(requests_, [&](const auto& entry) {
    return entry.second.ended_at && *entry.second.ended_at <= now_ - kRemembered;
  });
}

// --- looking ---

const Hold* Model::held(int lease, const std::string& key) const {
  const auto found =
      std::ranges::find_if(holds_, [&](const Hold& hold) { return hold.lease == lease && hold.key == key; });
  return found == holds_.end() ? nullptr : &*found;
}

int Model::aliased(const std::string& key, const std::string& alias) const {
  const Hold* first = nullptr;
  for (const Hold* hold : holders(key)) {
    const Lease& its = *std::ranges::find(leases_, hold->lease, &Lease::id);
    if (its.alias.empty() || (!alias.empty() && its.alias != alias)) continue;
    if (!first || hold->token < first->token) first = hold;
  }
  return first ? first->lease : 0;
}

Lines Model::no_alias(const std::string& key) const {
  return {{}, {}, (holders(key).empty() ? "refused not_found " : "refused held ") + key};
}

std::vector<const Hold*> Model::holders(const std::string& key) const {
  std::vector<const Hold*> found;
  for (const Hold& hold : holds_) {
    if (hold.key == key) found.push_back(&hold);
  }
  return found;
}

const Place* Model::place_of(const Waiter& waiter, const std::string& key) const {
  for (const Place& place : waiter.places) {
    if (place.item.key == key && !place.relies) return &place;
  }
  return nullptr;
}

// Who converts a hold, then the others in the order of their coming.
std::vector<int> Model::queue(const std::string& key) const {
  std::vector<int> line;
  for (const bool converts : {true, false}) {
    for (const Waiter& waiter : waiters_) {
      const Place* place = place_of(waiter, key);
      if (place && place->converts == converts) line.push_back(waiter.id);
    }
  }
  return line;
}

// None when nobody uses the key shared, nor waits to.
std::optional<std::uint32_t> Model::limit_in_use(const std::string& key) const {
  for (const Hold* hold : holders(key)) {
    if (hold->shape.shared) return hold->shape.limit;
  }
  for (const Waiter& waiter : waiters_) {
    const Place* place = place_of(waiter, key);
    if (place && place->item.shared) return place->item.limit;
  }
  return std::nullopt;
}

// The one rule, against everybody but `own_lease`.
bool Model::compatible(const Item& item, int own_lease) const {
  std::uint64_t permits = item.permits;
  for (const Hold* hold : holders(item.key)) {
    if (hold->lease == own_lease) continue;
    if (!item.shared || !hold->shape.shared || group_of(item) != group_of(hold->shape)) return false;
    permits += hold->shape.permits;
  }
  return !item.shared || item.limit == 0 || permits <= item.limit;
}

bool Model::fits(const Waiter& waiter, const Place& place) const {
  if (place.relies) return true;
  if (queue(place.item.key).front() != waiter.id || closed(place.item.key)) return false;
  if (waiter.ask.lease_given && held(waiter.ask.lease, place.item.key) && !place.converts) return false;
  return compatible(place.item, waiter.ask.lease_given ? waiter.ask.lease : 0);
}

bool Model::grantable(const Waiter& waiter) const {
  if (waiter.detached_until != kForever || waiter.deadline <= now_) return false;
  return std::ranges::all_of(waiter.places, [&](const Place& place) { return fits(waiter, place); });
}

bool Model::lost_ground(const Waiter& waiter) const {
  return std::ranges::any_of(waiter.places, [&](const Place& place) {
    const Hold* own = held(waiter.ask.lease, place.item.key);
    if (place.converts) return own == nullptr;
    if (!place.relies) return false;
    return !own || own->shape.shared != place.item.shared ||
           (own->shape.shared &&
            (group_of(own->shape) != group_of(place.item) || own->shape.permits != place.item.permits));
  });
}

// Everybody for whom the lease (or the waiter without one) waits: positive leases, negative waiters.
std::vector<int> Model::blockers(int lease, int waiter) const {
  std::vector<int> found;
  for (const Waiter& its : waiters_) {
    const bool asked = lease != 0 ? its.ask.lease_given && its.ask.lease == lease : its.id == waiter;
    if (!asked) continue;
    for (const Place& place : its.places) {
      if (place.relies) continue;
      for (const Hold* hold : holders(place.item.key)) found.push_back(hold->lease);
      for (const int ahead : queue(place.item.key)) {
        if (ahead == its.id) break;
        const auto other = std::ranges::find(waiters_, ahead, &Waiter::id);
        found.push_back(other->ask.lease_given ? other->ask.lease : -ahead);
      }
    }
  }
  return found;
}

bool Model::closes_a_circle(int asker, const std::vector<Need>& needs) const {
  std::vector<int> open;
  for (const Need& need : needs) {
    if (need.relies) continue;
    for (const Hold* hold : holders(need.item.key)) open.push_back(hold->lease);
    if (need.converts) continue;
    for (const int ahead : queue(need.item.key)) {
      const auto other = std::ranges::find(waiters_, ahead, &Waiter::id);
      open.push_back(other->ask.lease_given ? other->ask.lease : -ahead);
    }
  }
  std::erase(open, asker);
  for (std::set<int> seen; !open.empty();) {
    const int at = open.back();
    open.pop_back();
    if (at == asker) return true;
    if (!seen.insert(at).second) continue;
    for (const int next : at > 0 ? blockers(at, 0) : blockers(0, -at)) open.push_back(next);
  }
  return false;
}

Waiter* Model::waiter(int id) {
  const auto found = std::ranges::find(waiters_, id, &Waiter::id);
  return found == waiters_.end() ? nullptr : &*found;
}

Lease* Model::lease(int id) {
  const auto found = std::ranges::find(leases_, id, &Lease::id);
  return found == leases_.end() ? nullptr : &*found;
}

Time Model::next_due() const {
  Time next = kForever;
  for (const Lease& lease : leases_) next = std::min(next, lease.expires);
  for (const Waiter& waiter : waiters_) next = std::min(next, waiter.due());
  for (const auto& [key, until] : closed_) next = std::min(next, until);
  for (const Hold& hold : holds_) next = std::min(next, hold.cap);
  return next;
}

int Model::unsettled() const {
  for (const Waiter& waiter : waiters_) {
    if (grantable(waiter)) return waiter.id;
  }
  return 0;
}

// --- changing ---

// Late by r, 0.1 %, and by the millisecond that an entry's time may have been cut.
Time Model::expiry(Time from, Time ttl) {
  return ttl == -1 ? kForever : from + ttl + (ttl + 999) / 1'000 + 1;
}

std::string Model::left(Time expires) const {
  if (expires == kForever) return "never";
  return std::to_string(std::max<Time>(0, expires - now_ - 1) * 1'000 / 1'001);
}

void Model::end_wait(int id, const std::string& how, Lines& lines) {
  const Waiter its = *waiter(id);
  std::erase_if(waiters_, [&](const Waiter& w) { return w.id == id; });
  lines.events.push_back(fmt::format("waitend W{} {}", id, how));
  const bool held = how == "timed_out" || how == "disconnected" || how == "not_reattached";
  const bool cancelled = how == "cancelled" || how == "broken";
  const std::string code = held ? "held" : cancelled ? "cancelled" : "lease_gone";
  lines.to_waiters.push_back(fmt::format("W{} refused {}", id, code));
  if (its.ask.request.empty()) return;
  if (how == "disconnected" || how == "not_reattached") {
    requests_.erase(its.ask.request);
  } else {
    requests_[its.ask.request] = {Remembered::Kind::refused, its.ask.body, 0, code, {}, now_};
  }
}

void Model::drop_hold(int lease, const std::string& key, Time closed_until) {
  const std::string request = held(lease, key)->request;
  std::erase_if(holds_, [&](const Hold& hold) { return hold.lease == lease && hold.key == key; });
  if (closed_until > now_) closed_[key] = std::max(closed(key) ? closed_[key] : 0, closed_until);
  drop_wish_if_done(key);
  forget_if_done(request);
}

void Model::forget_if_done(const std::string& request) {
  if (request.empty() || std::ranges::find(holds_, request, &Hold::request) != holds_.end()) return;
  Remembered& known = requests_[request];
  known.kind = Remembered::Kind::gone;
  known.ended_at = now_;
}

void Model::end_lease(int id, const std::string& how, Time keep_for, Lines& lines) {
  std::vector<int> waiting;
  for (const Waiter& waiter : waiters_) {
    if (waiter.ask.lease_given && waiter.ask.lease == id) waiting.push_back(waiter.id);
  }
  for (const int waiter : waiting) end_wait(waiter, "lease_ended", lines);
  const Time end = lease_end(*lease(id));
  for (const std::string& key : keys_of(id)) drop_hold(id, key, closed_after(key, how, keep_for, end));
  std::erase_if(lost_, [&](const Loss& loss) { return loss.lease == id; });
  if (const std::string request = lease(id)->request; !request.empty()) {
    requests_[request].kind = Remembered::Kind::gone;
    requests_[request].ended_at = now_;
  }
  std::erase_if(leases_, [&](const Lease& lease) { return lease.id == id; });
  if (!how.starts_with("broken")) lines.events.push_back(fmt::format("end L{} {}", id, how));
}

// A lease that an acquire opened ends with the last of its holds.
void Model::end_holds(int id, const std::vector<std::string>& keys, const std::string& how, Time keep_for,
                      Lines& lines) {
  const auto all = std::ranges::count(holds_, id, &Hold::lease);
  if (!lease(id)->shared && all == static_cast<std::ptrdiff_t>(keys.size())) {
    return end_lease(id, how, keep_for, lines);
  }
  end_waits_on(id, keys, lines);
  for (const std::string& key : keys) drop_hold(id, key, closed_after(key, how, keep_for, now_));
  std::string text = fmt::format("lose L{} {}", id, how);
  for (const std::string& key : keys) text += " " + key;
  lines.events.push_back(text);
}

std::string Model::put_hold(int lease, const Item& item, const std::string& request, std::uint64_t token,
                            bool capped) {
  std::string before;
  const Time most = rules(item.key).max_hold;
  Time cap = most == 0 || !capped ? kForever : expiry(now_, most);
  if (const Hold* old = held(lease, item.key)) before = old->request, cap = old->cap;
  std::erase_if(holds_, [&](const Hold& hold) { return hold.lease == lease && hold.key == item.key; });
  holds_.push_back({item.key, lease, item, token, request, cap});
  drop_wish_if_done(item.key);
  forget_if_done(before);
  return fmt::format("{}#{}", item.key, token);
}

// What the holder of `lease` is told of its holds on `items`; the floor is the smallest token of the key.
std::string Model::told(const Lease& lease, const std::vector<Item>& items, Time waited, Time queued) const {
  std::string text = fmt::format("granted L{} {}", lease.id, left(lease_end(lease)));
  for (const Item& item : items) {
    std::uint64_t floor = UINT64_MAX;
    for (const Hold* hold : holders(item.key)) floor = std::min(floor, hold->token);
    const Hold& its = *held(lease.id, item.key);
    text += fmt::format(" {}#{}/{}", item.key, its.token, floor);
    if (its.cap != kForever) text += "!" + left(its.cap);
  }
  return text + fmt::format(" waited {} queued {}", waited, queued);
}

}  // namespace holdfast::model
