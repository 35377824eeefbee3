#pragma once

#include "plan.h"

namespace holdfast::sim {

// The smallest plan that still fails, found by leaving things out of one that does: kinds of faults, verbs,
// clients, servers, keys, time. The plan itself when it does not fail.
Plan shrink(const Plan& plan);

}  // namespace holdfast::sim
