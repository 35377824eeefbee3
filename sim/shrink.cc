#include "shrink.h"

#include <functional>
#include <string>
#include <vector>

#include "simulation.h"

namespace holdfast::sim {
namespace {

using Change = std::function<void(Plan&)>;

// What went wrong, without the numbers, by which one violation is known again in another run. Empty: nothing
// did.
std::string kind_of_failure(const Plan& plan) {
  const Outcome outcome = simulate(plan, nullptr);
  std::string kind = outcome.violations.empty() ? "" : outcome.violations.front();
  std::erase_if(kind, [](char c) { return c >= '0' && c <= '9'; });
  return kind;
}

// Every way to make the plan a little smaller, those that say most first.
std::vector<Change> changes(const Plan& plan) {
  std::vector<Change> all;
  for (std::size_t fault = 0; fault < kFaults; ++fault) {
    if (plan.every[fault] != Nanos(0)) all.push_back([fault](Plan& p) { p.every[fault] = Nanos(0); });
  }
  for (std::size_t verb = 0; verb < kVerbs; ++verb) {
    if (plan.weight[verb] != 0) all.push_back([verb](Plan& p) { p.weight[verb] = 0; });
  }
  if (plan.servers > 1) all.push_back([](Plan& p) { --p.servers; });
  if (plan.clients > 1) all.push_back([](Plan& p) { --p.clients; });
  if (plan.keys > 1) all.push_back([](Plan& p) { --p.keys; });
  if (plan.rate_ppm != 0) all.push_back([](Plan& p) { p.rate_ppm = 0; });
  all.push_back([](Plan& p) { p.duration = p.duration / 2; });
  all.push_back([](Plan& p) { p.duration = p.duration * 9 / 10; });
  return all;
}

bool does_anything(const Plan& plan) {
  for (const std::uint32_t weight : plan.weight) {
    if (weight != 0) return plan.duration > std::chrono::seconds(1);
  }
  return false;
}

}  // namespace

Plan shrink(const Plan& plan) {
  Plan smallest = plan;
  const std::string kind = kind_of_failure(plan);
  if (kind.empty()) return smallest;
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (const Change& change : changes(smallest)) {
      Plan candidate = smallest;
      change(candidate);
      if (!does_anything(candidate) || kind_of_failure(candidate) != kind) continue;
      smallest = candidate;
      smaller = true;
    }
  }
  return smallest;
}

}  // namespace holdfast::sim
