#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules.h"
#include "state.h"

namespace holdfast::model {

struct Model {
  Bounds bounds;
  Rules rules;
};

// What happens in a step, for a trace.
struct Label {
  std::string_view what;
  std::uint8_t keeper = kNobody;
  Entry entry;
};

std::string describe(const Label& label);

struct Step {
  State after;
  Label label;
  std::string_view broken;  // what the step itself did wrong; empty: nothing
};

State first_state(const Bounds& bounds);

// Everything that can happen next, replacing `out`.
void next_steps(const Model& model, const State& state, std::vector<Step>& out);

}  // namespace holdfast::model
