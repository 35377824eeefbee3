#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "steps.h"

// What the files of steps share.

namespace holdfast::model {

// Collects the steps from one state.
class Turn {
 public:
  Turn(const Model& model, const State& before, std::vector<Step>& out)
      : model_(model), before_(before), out_(out) {}

  const Bounds& bounds() const { return model_.bounds; }
  bool on(Rule rule) const { return model_.rules.on(rule); }
  const State& before() const { return before_; }
  // A step that starts from the state as it is; valid until the next is begun.
  Step& begin(const Label& label) { return out_.emplace_back(Step{before_, label, {}}); }

 private:
  const Model& model_;
  const State& before_;
  std::vector<Step>& out_;
};

enum class Reading : std::uint8_t { entry, trimmed, free };

Reading read_position(const Journal& journal, std::uint8_t position);

// A network that is full delays what comes next until something has arrived.
bool has_room(const State& state);
void send(State& state, const Append& append);

// The clients of the keeper's last entry are told that it was not done.
void deny(Step& step, const Keeper& keeper);

// The keeper forgets everything, as after a restart; who waits for it is told nothing certain.
void drop_state(State& state, std::uint8_t number);

// The keeper tells clients what its state says, and the read that rides on its last entry.
void answer(Step& step, std::uint8_t number);

// A read is answered with the state at `position`. `told_before`: the newest position that anyone had been
// told of when it arrived.
void answer_read(Step& step, std::uint8_t position, std::uint8_t told_before);

void keeper_steps(Turn& turn, std::uint8_t number);
void outcome_steps(Turn& turn, std::uint8_t number);
void read_steps(Turn& turn, std::uint8_t number);
void journal_steps(Turn& turn);

}  // namespace holdfast::model
