#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "steps.h"

namespace holdfast::model {

struct Verdict {
  std::size_t states = 0;
  unsigned depth = 0;        // of the farthest state
  std::string_view broken;   // empty: no violation
  std::vector<Label> trace;  // the shortest way to it

  bool violated() const { return !broken.empty(); }
};

// Breadth first through every state that can be reached, up to the first violation.
Verdict search(const Model& model);

}  // namespace holdfast::model
