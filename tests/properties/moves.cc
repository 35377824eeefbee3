#include "moves.h"

#include <fmt/format.h>

#include "lock/index.h"
#include "trial.h"

// From the numbers of a step to a command, and to the same for the model.

namespace holdfast::lock::testing {

std::vector<std::string> keys_of(int choice) {
  static const std::vector<std::vector<std::string>> kSets = {
      {"a"},           {"b"},      {"a"}, {"a", "b"}, {"b", "a"}, {"c"},      {"a", "c"},
      {"c", "b", "a"}, {"b", "c"}, {"d"}, {"b"},      {"a"},      {"c", "a"}, {"b"}};
  return kSets[static_cast<std::size_t>(choice)];
}

RequestTag tag_of(const std::string& request, const std::string& body) {
  if (request.empty()) return {};
  return {{hash_of(request), 1}, hash_of(body)};
}

std::string request_of(int choice) {
  return choice < 4 ? "" : fmt::format("r{}", choice);
}

std::string alias_of(int choice) {
  return choice % 2 == 0 ? "v1" : "v2";
}

std::string text_of(const std::vector<std::string>& keys) {
  return fmt::format("{}", fmt::join(keys, " "));
}

model::Time ttl_of(int choice) {
  static constexpr model::Time kTtls[] = {1'000, 30'000, 100, 5'000, -1, 12'345};
  return kTtls[choice];
}

namespace {

constexpr model::Time kWaits[] = {0, 5'000, 60'000, -1, 1'000};
constexpr model::Time kKeeps[] = {0, 0, 0, 2'000, 500};
constexpr model::Time kClaims[] = {0, 0, 3'000, 0, 500, 0};
constexpr model::Time kReattaches[] = {0, 5'000, 0, 20'000, 0};

model::Item item_of(const std::string& key, int mode) {
  static const std::vector<model::Item> kShapes = {
      {"", false, "", 1, 0}, {"", true, "", 1, 0},     {"", true, "read", 1, 0}, {"", true, "w", 1, 0},
      {"", false, "", 1, 0}, {"", true, "", 2, 3},     {"", true, "", 1, 3},     {"", true, "w", 2, 0},
      {"", false, "", 1, 0}, {"", true, "read", 4, 3}, {"", true, "", 1, 5},     {"", true, "", 3, 0}};
  model::Item item = kShapes[static_cast<std::size_t>(mode)];
  item.key = key;
  return item;
}

// How a dialect's client names a lease; every third step leaves the alias open.
AliasedHold aliased_hold(const Step& step) {
  AliasedHold hold{.key = keys_of(step.keys).front(), .dialect = Dialect::keys};
  if (step.mode % 3 != 2) hold.name = alias_of(step.lease);
  return hold;
}

}  // namespace

int Trial::lease_number(int choice) const {
  const int known = model_.leases();
  return choice == 0 || known == 0 ? 0 : std::max(1, known - (choice - 1) / 2);
}

// A number that no lease has yet is a lease that does not exist.
LeaseId Trial::lease_id(int number) const {
  return number == 0 ? LeaseId{1'000'000'000} : names_.lease(fmt::format("L{}", number));
}

Trial::Move Trial::move_of(const Step& step) {
  if (step.verb < 11) return acquire(step);
  if (step.verb < 13) return open(step);
  if (step.verb < 15) return renew(step);
  if (step.verb < 18) return release(step);
  if (step.verb < 19) return abandon(step);
  if (step.verb < 20) return cancel(step);
  if (step.verb < 22) return detach(step);
  if (step.verb < 27) return enregister(step);
  if (step.verb < 28) return unregister(step);
  if (step.verb < 31) return break_hold(step);
  if (step.verb < 32) return break_wait(step);
  if (step.verb < 34) return request_release(step);
  if (step.verb < 36) return renew_aliased(step);
  if (step.verb < 38) return release_aliased(step);
  if (step.verb < 40) return acquire_each(step);
  if (step.verb < 42) return release_each(step);
  if (step.verb < 45) return poll(step);
  if (step.verb < 46 || step.lease != 0) return renew(step);
  return take_over();
}

Trial::Move Trial::acquire(const Step& step) {
  model::Ask ask;
  const std::vector<std::string> keys = keys_of(step.keys);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ask.items.push_back(item_of(keys[i], (step.mode + static_cast<int>(i) * (step.second % 2)) % 12));
  }
  ask.lease_given = step.lease % 2 == 1;
  ask.lease = ask.lease_given ? lease_number(step.lease) : 0;
  ask.ttl = ttl_of(step.first);
  ask.wait = kWaits[step.second];
  ask.claim = kClaims[step.first];
  ask.reattach = kReattaches[step.second];
  ask.return_held = step.first % 2 == 1;
  ask.request = request_of(step.request);
  if (!ask.lease_given && step.first > 2) ask.alias = alias_of(step.lease);
  ask.body = fmt::format("acquire {} {} {} {}", step.keys, step.mode, step.second % 2, ask.lease);

  Acquire command{.ttl = Millis(ask.ttl), .wait = Millis(ask.wait)};
  for (const model::Item& item : ask.items) {
    command.items.push_back(
        {item.key, item.shared ? Mode::shared : Mode::exclusive, item.group, item.permits, item.limit});
  }
  if (ask.lease_given) command.lease = lease_id(ask.lease);
  if (!ask.alias.empty()) command.alias = {Dialect::keys, ask.alias};
  command.claim = Millis(ask.claim);
  command.reattach = Millis(ask.reattach);
  command.on_held = ask.return_held ? OnHeld::return_hold : OnHeld::refuse;
  ask.extends = step.second == 4 && !ask.alias.empty();
  if (ask.extends) command.on_held = OnHeld::extend_alias;
  ask.once = step.second == 3 && !ask.alias.empty();
  if (ask.once) command.on_held = OnHeld::refuse_alias;
  command.request = tag_of(ask.request, ask.body);
  std::string text =
      fmt::format("acquire {} mode {} lease {} ttl {} wait {} id {} as {}", text_of(keys), step.mode,
                  ask.lease_given ? ask.lease : -1, ask.ttl, ask.wait, ask.request, ask.alias);
  return {command, [ask](model::Model& model) { return model.acquire(ask); }, std::move(text)};
}

Trial::Move Trial::poll(const Step& step) {
  model::Ask ask;
  ask.items.push_back(item_of(keys_of(step.keys).front(), step.mode));
  ask.ttl = ttl_of(step.first);
  ask.reattach = 40'000;
  ask.alias = alias_of(step.lease);
  ask.extends = step.second % 2 == 0;
  ask.request = fmt::format("r{}", 4 + step.request % 5);
  ask.body = fmt::format("poll {} {}", step.keys, step.mode);
  const model::Item& item = ask.items.front();
  Acquire command{.ttl = Millis(ask.ttl), .reattach = Millis(ask.reattach), .polls = true};
  command.items.push_back(
      {item.key, item.shared ? Mode::shared : Mode::exclusive, item.group, item.permits, item.limit});
  command.alias = {Dialect::keys, ask.alias};
  if (ask.extends) command.on_held = OnHeld::extend_alias;
  command.request = tag_of(ask.request, ask.body);
  return {command, [ask](model::Model& model) { return model.poll(ask); },
          fmt::format("{} ttl {} id {} as {}{}", ask.body, ask.ttl, ask.request, ask.alias,
                      ask.extends ? " extend" : "")};
}

Trial::Move Trial::open(const Step& step) {
  const model::Time ttl = ttl_of(step.first);
  const std::string request = request_of(step.request);
  const std::string body = fmt::format("open {}", ttl);
  return {OpenLease{.ttl = Millis(ttl), .request = tag_of(request, body)},
          [=](model::Model& model) { return model.open(ttl, request, body); },
          fmt::format("open ttl {} id {}", ttl, request)};
}

Trial::Move Trial::renew_aliased(const Step& step) {
  const AliasedHold hold = aliased_hold(step);
  const std::string alias = hold.name.value_or("");
  const model::Time ttl = ttl_of(step.first);
  return {Renew{hold, Millis(ttl)},
          [=, key = hold.key](model::Model& model) {
            const int lease = model.aliased(key, alias);
            return lease == 0 ? model.no_alias(key) : model.renew(lease, ttl);
          },
          fmt::format("renew {}@{} ttl {}", hold.key, alias, ttl)};
}

Trial::Move Trial::release_aliased(const Step& step) {
  const AliasedHold hold = aliased_hold(step);
  const std::string alias = hold.name.value_or("");
  return {Release{hold, {hold.key}},
          [=, key = hold.key](model::Model& model) {
            const int lease = model.aliased(key, alias);
            return lease == 0 ? model.no_alias(key) : model.release(lease, {key}, 0, "", "");
          },
          fmt::format("release {}@{}", hold.key, alias)};
}

Trial::Move Trial::renew(const Step& step) {
  const int lease = lease_number(step.lease);
  std::optional<model::Time> ttl;
  if (step.second > 1) ttl = ttl_of(step.first);
  Renew command{.lease = lease_id(lease)};
  if (ttl) command.ttl = Millis(*ttl);
  return {command, [=](model::Model& model) { return model.renew(lease, ttl); },
          fmt::format("renew L{} ttl {}", lease, ttl.value_or(0))};
}

Trial::Move Trial::release(const Step& step) {
  const int lease = lease_number(step.lease);
  std::vector<std::string> keys;
  if (step.mode % 3 != 0) keys = keys_of(step.keys);
  const model::Time keep = kKeeps[step.second];
  const std::string request = step.first > 3 ? request_of(step.request) : "";
  const std::string body = fmt::format("release {} {}", lease, text_of(keys));
  // The same key twice is the same as once.
  std::vector<std::string> asked = keys;
  if (!asked.empty() && step.first == 1) asked.push_back(asked.front());
  return {Release{lease_id(lease), asked, Millis(keep), tag_of(request, body)},
          [=](model::Model& model) { return model.release(lease, keys, keep, request, body); },
          fmt::format("release L{} {} keep {} id {}", lease, text_of(keys), keep, request)};
}

Trial::Move Trial::abandon(const Step& step) {
  const int lease = lease_number(step.lease);
  const std::vector<std::string> keys = keys_of(step.keys);
  const model::Time reattach = kReattaches[step.second];
  return {Abandon{lease_id(lease), keys, Millis(reattach)},
          [=](model::Model& model) { return model.abandon(lease, keys, reattach); },
          fmt::format("abandon L{} {} reattach {}", lease, text_of(keys), reattach)};
}

Trial::Move Trial::cancel(const Step& step) {
  const std::string request = fmt::format("r{}", step.request);
  return {Cancel{tag_of(request, "")}, [=](model::Model& model) { return model.cancel(request); },
          "cancel " + request};
}

Trial::Move Trial::detach(const Step& step) {
  const int number = std::max(0, model_.waiters() - step.lease / 2);
  const WaiterId id = number == 0 ? WaiterId{1'000'000'000} : names_.waiter(fmt::format("W{}", number));
  return {Detach{id}, [=](model::Model& model) { return model.detach(number); },
          fmt::format("detach W{}", number)};
}

Trial::Move Trial::take_over() {
  return {TakeOver{Epoch{++epoch_}}, [](model::Model& model) { return model.take_over(); }, "takeover"};
}

}  // namespace holdfast::lock::testing
