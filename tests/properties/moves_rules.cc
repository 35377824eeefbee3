#include <fmt/format.h>

#include "moves.h"
#include "trial.h"

// Settings, breaks and wishes.

namespace holdfast::lock::testing {
namespace {

model::Rules rules_of(int choice) {
  static const std::vector<model::Rules> kRules = {{},
                                                   {.limit = 3},
                                                   {.limit = 5, .groups = {"read"}},
                                                   {.lock_delay = 2'000},
                                                   {.max_hold = 2'000},
                                                   {.lock_delay = 1'000, .max_hold = 500},
                                                   {.max_ttl = 5'000},
                                                   {.max_wait = 1'000, .single = true},
                                                   {.groups = {"read", "w"}, .max_hold = 10'000},
                                                   {.max_hold = 5'000, .max_ttl = 1'000, .max_wait = 5'000},
                                                   {.limit = 4, .lock_delay = 500, .max_hold = 30'000},
                                                   {.max_ttl = 12'345, .single = true}};
  return kRules[static_cast<std::size_t>(choice)];
}

Settings settings_of(const model::Rules& rules) {
  return {.description = {},
          .owners = {},
          .limit = rules.limit,
          .shared_groups = rules.groups,
          .lock_delay = Millis(rules.lock_delay),
          .max_hold = Millis(rules.max_hold),
          .max_ttl = Millis(rules.max_ttl),
          .max_wait = Millis(rules.max_wait),
          .allow_multi_key_wait = !rules.single};
}

}  // namespace

Trial::Move Trial::enregister(const Step& step) {
  const std::string key = keys_of(step.keys).front();
  const model::Rules rules = rules_of(step.mode);
  const bool replaces = step.first % 2 == 1;
  const std::string request = request_of(step.request);
  const std::string body = fmt::format("register {} {} {}", key, step.mode, replaces);
  Register command{.key = key, .settings = settings_of(rules), .request = tag_of(request, body)};
  if (replaces) command.expected = Revision{};
  return {command, [=](model::Model& model) { return model.enregister(key, rules, replaces, request, body); },
          fmt::format("{} id {}", body, request)};
}

Trial::Move Trial::unregister(const Step& step) {
  const std::string key = keys_of(step.keys).front();
  return {Unregister{.key = key}, [=](model::Model& model) { return model.unregister(key); },
          "unregister " + key};
}

Trial::Move Trial::break_hold(const Step& step) {
  model::Break asked{.key = keys_of(step.keys).front()};
  const int lease = lease_number(step.lease);
  // The token that the lease has before this batch, which it may change.
  const std::uint64_t token = model_.token(lease, asked.key);
  if (step.mode % 2 == 1 && token != 0) {
    asked.token = token;
    return break_as(step, asked, FencingToken{token});
  }
  asked.lease = lease;
  return break_as(step, asked, lease_id(lease));
}

Trial::Move Trial::break_wait(const Step& step) {
  const int number = std::max(0, model_.waiters() - step.lease / 2);
  const WaiterId id = number == 0 ? WaiterId{1'000'000'000} : names_.waiter(fmt::format("W{}", number));
  // No waiter has the number of one that does not exist.
  return break_as(step, {.key = keys_of(step.keys).front(), .waiter = number == 0 ? -1 : number}, id);
}

Trial::Move Trial::break_as(const Step& step, model::Break asked,
                            const std::variant<LeaseId, FencingToken, WaiterId>& target) {
  asked.now = step.first % 2 == 1;
  asked.request = request_of(step.request);
  asked.body = fmt::format("break {} L{} #{} W{} now {}", asked.key, asked.lease, asked.token, asked.waiter,
                           asked.now);
  Break command{.key = asked.key, .target = target, .now = asked.now, .reason = "r", .by = "b"};
  command.request = tag_of(asked.request, asked.body);
  return {command, [asked](model::Model& model) { return model.break_in(asked); },
          fmt::format("{} id {}", asked.body, asked.request)};
}

Trial::Move Trial::request_release(const Step& step) {
  const std::string key = keys_of(step.keys).front();
  return {RequestRelease{.key = key}, [=](model::Model& model) { return model.request_release(key); },
          "request release of " + key};
}

}  // namespace holdfast::lock::testing
