#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "plan.h"
#include "store.h"

namespace holdfast::sim {

struct Figures {
  Nanos simulated{};
  std::uint64_t operations = 0;  // that clients began
  std::uint64_t answers = 0;
  std::uint64_t events = 0;
  std::uint64_t entries = 0;
  std::uint64_t claims = 0;  // judged
  std::uint64_t epochs = 0;  // takeovers
  std::array<std::uint64_t, kFaults> faults{};

  Figures& operator+=(const Figures& other);
};

struct Outcome {
  std::vector<std::string> violations;
  Figures figures;
  std::uint64_t trace = 0;  // the same for every run of the plan
};

// One run: the plan with its faults, then none, when everything has to come to its end. `tell`: where to tell
// what happens; may be null.
Outcome simulate(const Plan& plan, std::FILE* tell);

}  // namespace holdfast::sim
