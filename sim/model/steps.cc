#include "steps.h"

#include <algorithm>

#include <fmt/format.h>

#include "parts.h"

namespace holdfast::model {
namespace {

std::string describe(const Entry& entry) {
  constexpr std::string_view kNames[] = {"nothing", "takeover", "beat", "grant", "release"};
  const std::string_view name = kNames[static_cast<int>(entry.kind)];
  if (entry.kind == Kind::none) return std::string(name);
  const std::string client = entry.kind == Kind::grant || entry.kind == Kind::release
                                 ? fmt::format(" client {}", entry.client + 1)
                                 : "";
  return fmt::format("{}: {}{} (keeper {}, tenure {})", entry.id.position, name, client, entry.id.keeper + 1,
                     entry.id.tenure);
}

// Messages that can have no effect any more are the same as none.
void forget_dead_messages(const Model& model, State& state) {
  const Rules& rules = model.rules;
  if (rules.on(Rule::head_compared) && rules.on(Rule::refusal_looked_up) && rules.on(Rule::rewind_noticed)) {
    for (Append& append : state.appends) {
      if (append.entry.id.position <= state.journal.durable) append = {};
    }
  }
  if (!rules.on(Rule::pointer_by_compare)) return;
  for (Move& move : state.moves) {
    if (move.expected < state.journal.pointer.position) move = {};
  }
}

void put_in_order(State& state) {
  std::ranges::sort(state.appends, std::ranges::greater());
  std::ranges::sort(state.moves, std::ranges::greater());
}

}  // namespace

bool has_room(const State& state) {
  return state.appends.back().entry.kind == Kind::none;
}

void send(State& state, const Append& append) {
  state.appends.back() = append;
}

std::string describe(const Label& label) {
  std::string line;
  if (label.keeper != kNobody) line = fmt::format("keeper {} ", label.keeper + 1);
  line += label.what;
  if (label.entry.kind != Kind::none) line += " " + describe(label.entry);
  return line;
}

State first_state(const Bounds& bounds) {
  State state;
  state.budget = bounds.budget;
  return state;
}

void next_steps(const Model& model, const State& state, std::vector<Step>& out) {
  out.clear();
  Turn turn(model, state, out);
  journal_steps(turn);
  const bool refusing = state.journal.rewound && model.rules.on(Rule::rewind_noticed);
  for (std::uint8_t number = 0; number < model.bounds.keepers; ++number) {
    if (!refusing) keeper_steps(turn, number);
    if (!refusing) read_steps(turn, number);
    outcome_steps(turn, number);
  }
  for (Step& step : out) {
    forget_dead_messages(model, step.after);
    put_in_order(step.after);
  }
}

}  // namespace holdfast::model
