#pragma once

#include <string>
#include <utility>
#include <vector>

namespace holdfast::sim {

// What the oracles found. A run ends with the first.
class Violations {
 public:
  void add(std::string text) { found_.push_back(std::move(text)); }
  bool any() const { return !found_.empty(); }
  const std::vector<std::string>& all() const { return found_; }

 private:
  std::vector<std::string> found_;
};

}  // namespace holdfast::sim
