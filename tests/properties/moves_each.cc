#include <fmt/format.h>

#include "moves.h"
#include "trial.h"

// Commands about several leases at once.

namespace holdfast::lock::testing {

Trial::Move Trial::acquire_each(const Step& step) {
  const std::vector<std::string> keys = keys_of(step.keys);
  const std::string alias = alias_of(step.lease);
  const model::Time ttl = ttl_of(step.first);
  return {AcquireEach{.keys = keys, .ttl = Millis(ttl), .alias = {Dialect::keys, alias}},
          [=](model::Model& model) { return model.acquire_each(keys, alias, ttl); },
          fmt::format("acquire-each {} as {} ttl {}", text_of(keys), alias, ttl)};
}

// Mostly under the tokens that are there.
Trial::Move Trial::release_each(const Step& step) {
  const std::string alias = alias_of(step.lease);
  std::vector<std::pair<std::string, std::uint64_t>> holds;
  ReleaseEach command{.alias = {Dialect::keys, alias}};
  for (const std::string& key : keys_of(step.keys)) {
    const int lease = model_.aliased(key, alias);
    const std::uint64_t token = lease == 0 ? 1 : model_.token(lease, key);
    holds.emplace_back(key, token + (step.mode == 0 ? 1 : 0));
    command.holds.push_back({key, FencingToken{holds.back().second}});
  }
  return {command, [=](model::Model& model) { return model.release_each(holds, alias); },
          fmt::format("release-each {} as {}", text_of(keys_of(step.keys)), alias)};
}

}  // namespace holdfast::lock::testing
