#include "search.h"

#include <algorithm>
#include <cstring>
#include <deque>

#include "invariants.h"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

std::uint64_t hash_of(const State& state) {
  std::uint64_t hash = 0x9e3779b97f4a7c15;
  const auto* bytes = reinterpret_cast<const unsigned char*>(&state);
  for (std::size_t at = 0; at < sizeof(State); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + at, std::min(sizeof(word), sizeof(State) - at));
    hash = (hash ^ word) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return hash;
}

// The states in the order in which they were found, each with the one it was found from. Compared whole, not
// by hash alone, so that nothing is taken for seen that was not.
class Seen {
 public:
  Seen() : slots_(1u << 16, kNone) {}

  std::size_t size() const { return states_.size(); }
  const State& at(std::size_t number) const { return states_[number]; }
  std::uint32_t parent(std::size_t number) const { return parents_[number]; }

  // False when it was there already.
  bool add(const State& state, std::uint32_t parent) {
    if (states_.size() * 2 > slots_.size()) grow();
    std::uint32_t& slot = slot_of(state);
    if (slot != kNone) return false;
    slot = static_cast<std::uint32_t>(states_.size());
    states_.push_back(state);
    parents_.push_back(parent);
    return true;
  }

 private:
  std::uint32_t& slot_of(const State& state) {
    std::size_t at = hash_of(state) & (slots_.size() - 1);
    while (slots_[at] != kNone && states_[slots_[at]] != state) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }

  void grow() {
    slots_.assign(slots_.size() * 2, kNone);
    for (std::uint32_t number = 0; number < states_.size(); ++number) slot_of(states_[number]) = number;
  }

  std::deque<State> states_;  // never moved: there may be tens of millions
  std::vector<std::uint32_t> parents_;
  std::vector<std::uint32_t> slots_;
};

Label step_between(const Model& model, const State& from, const State& to) {
  std::vector<Step> steps;
  next_steps(model, from, steps);
  return std::ranges::find(steps, to, &Step::after)->label;
}

std::vector<Label> way_to(const Model& model, const Seen& seen, std::uint32_t number, const Label& last) {
  std::vector<Label> way{last};
  for (; seen.parent(number) != kNone; number = seen.parent(number)) {
    way.push_back(step_between(model, seen.at(seen.parent(number)), seen.at(number)));
  }
  std::ranges::reverse(way);
  return way;
}

}  // namespace

Verdict search(const Model& model) {
  Seen seen;
  seen.add(first_state(model.bounds), kNone);
  Verdict verdict;
  std::size_t level_end = 1;
  std::vector<Step> steps;
  for (std::uint32_t number = 0; number < seen.size(); ++number) {
    if (number == level_end) {
      ++verdict.depth;
      level_end = seen.size();
    }
    next_steps(model, seen.at(number), steps);
    for (const Step& step : steps) {
      const bool is_new = seen.add(step.after, number);
      verdict.broken = step.broken;
      if (is_new && !verdict.violated()) verdict.broken = broken_invariant(step.after);
      if (!verdict.violated()) continue;
      verdict.trace = way_to(model, seen, number, step.label);
      verdict.states = seen.size();
      return verdict;
    }
  }
  verdict.states = seen.size();
  return verdict;
}

}  // namespace holdfast::model
