#pragma once

#include <functional>
#include <string>

namespace holdfast::lock::testing {

// Checks a property on random cases; false, with the shrunk counter-example printed, when it fails.
// HOLDFAST_CASES is the number of cases (by default one that takes a few seconds), HOLDFAST_SEED the first
// seed (1, or "random"); both are printed, and the same seed repeats the run.
bool check(const std::string& what, int cases, const std::function<void()>& property);

}  // namespace holdfast::lock::testing
