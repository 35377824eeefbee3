#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "rules.h"
#include "search.h"

// holdfast_model [--large]: every state of small systems under all rules, then the shortest violation without
// each rule. README.md says what it is for. Exit: 0 when nothing is violated with all rules and something
// without each.

namespace holdfast::model {
namespace {

struct Scope {
  std::string_view name;
  Bounds bounds;
  std::vector<Rule> needs;  // the rules without which it goes wrong
};

std::vector<Scope> small_scopes() {
  return {
      {"lost and late appends",
       {.positions = 4, .tenures = 2, .budget = {.repeats = 1, .cancelled_waits = 1, .failovers = 1}},
       {Rule::chain_compared, Rule::empty_read_proves_nothing, Rule::same_bytes_again,
        Rule::refusal_looked_up, Rule::mine_by_append_id, Rule::lost_is_unknown, Rule::refused_drops_state,
        Rule::learnt_is_not_durable, Rule::answer_after_durable}},
      {"reads",
       {.positions = 4, .tenures = 2, .budget = {.reads = 1}},
       {Rule::takeover_first, Rule::read_barrier}},
      {"snapshots and trims",
       {.positions = 4, .tenures = 1, .budget = {.repeats = 1, .snapshots = 2}},
       {Rule::head_compared, Rule::trimmed_is_unknown, Rule::snapshot_of_durable, Rule::pointer_by_compare,
        Rule::pointer_before_trim, Rule::floor_before_trim}},
      {"rewinds", {.positions = 4, .tenures = 1, .budget = {.rewinds = 1}}, {Rule::rewind_noticed}},
  };
}

std::vector<Scope> large_scopes() {
  return {
      {"more repeats",
       {.positions = 4, .tenures = 2, .budget = {.repeats = 2, .cancelled_waits = 1, .failovers = 1}}},
      {"three keepers",
       {.keepers = 3,
        .positions = 4,
        .tenures = 1,
        .budget = {.repeats = 2, .cancelled_waits = 1, .failovers = 1, .snapshots = 1}}},
      {"snapshots and trims in several tenures",
       {.positions = 4, .tenures = 2, .budget = {.repeats = 1, .snapshots = 2}}},
      {"snapshots and reads", {.positions = 4, .tenures = 2, .budget = {.snapshots = 1, .reads = 1}}},
      {"rewinds and snapshots", {.positions = 4, .tenures = 2, .budget = {.rewinds = 1, .snapshots = 1}}},
  };
}

void print_trace(const Verdict& verdict) {
  for (std::size_t at = 0; at < verdict.trace.size(); ++at) {
    std::puts(fmt::format("  {:2}. {}", at + 1, describe(verdict.trace[at])).c_str());
  }
  std::puts(fmt::format("      => {}", verdict.broken).c_str());
}

struct Total {
  std::size_t states = 0;
  unsigned depth = 0;
  unsigned violations = 0;
  unsigned caught = 0;
};

void check_with_all_rules(const Scope& scope, Total& total) {
  const Verdict verdict = search({.bounds = scope.bounds});
  std::puts(fmt::format("{}: {} states, depth {}", scope.name, verdict.states, verdict.depth).c_str());
  total.states += verdict.states;
  total.depth = std::max(total.depth, verdict.depth);
  if (!verdict.violated()) return;
  ++total.violations;
  print_trace(verdict);
}

void check_without(Rule rule, const Scope& scope, Total& total) {
  const RuleText& text = *std::ranges::find(kRules, rule, &RuleText::rule);
  const Verdict verdict = search({.bounds = scope.bounds, .rules = Rules::all_but(rule)});
  std::puts(fmt::format("without {} ({}), among {}:", text.name, text.without, scope.name).c_str());
  if (!verdict.violated()) {
    std::puts(fmt::format("      => NOT CAUGHT in {} states", verdict.states).c_str());
    return;
  }
  ++total.caught;
  print_trace(verdict);
}

int run(bool large) {
  Total total;
  const std::vector<Scope> scopes = small_scopes();
  for (const Scope& scope : scopes) {
    for (const Rule rule : scope.needs) check_without(rule, scope, total);
  }
  for (const Scope& scope : scopes) check_with_all_rules(scope, total);
  if (large) {
    for (const Scope& scope : large_scopes()) check_with_all_rules(scope, total);
  }
  std::puts(
      fmt::format("model: {} states, depth {}, {} violations; {}/{} rules each caught when switched off",
                  total.states, total.depth, total.violations, total.caught, kRules.size())
          .c_str());
  return total.violations == 0 && total.caught == kRules.size() ? 0 : 1;
}

}  // namespace
}  // namespace holdfast::model

int main(int argc, char** argv) {
  const bool large = argc == 2 && std::string_view(argv[1]) == "--large";
  if (argc > 1 && !large) {
    std::fputs("usage: holdfast_model [--large]\n", stderr);
    return 64;
  }
  return holdfast::model::run(large);
}
