#include "checked.h"

#include <cstdlib>
#include <iostream>
#include <random>

#include <rapidcheck.h>

namespace holdfast::lock::testing {
namespace {

std::string setting(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value ? value : otherwise;
}

}  // namespace

bool check(const std::string& what, int cases, const std::function<void()>& property) {
  std::string seed = setting("HOLDFAST_SEED", "1");
  if (seed == "random") seed = std::to_string(std::random_device()());
  const std::string number = setting("HOLDFAST_CASES", std::to_string(cases));
  std::cout << what << ": HOLDFAST_SEED=" << seed << " HOLDFAST_CASES=" << number << std::endl;
  rc::detail::TestParams params;
  params.seed = std::stoull(seed);
  params.maxSuccess = std::stoi(number);
  params.maxSize = 150;
  params.disableShrinking = setting("HOLDFAST_SHRINK", "yes") == "no";
  rc::detail::TestMetadata metadata;
  metadata.id = what;
  metadata.description = what;
  const rc::detail::TestResult result = rc::detail::checkTestable(property, metadata, params);
  if (result.template is<rc::detail::SuccessResult>()) return true;
  rc::detail::printResultMessage(result, std::cout);
  std::cout << std::endl;
  return false;
}

}  // namespace holdfast::lock::testing
