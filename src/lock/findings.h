#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lock/pool.h"

namespace holdfast::lock {

// Collects what is wrong, one sentence each, for the parts of broken_invariants().
class Findings {
 public:
  template <class... Args>
  void expect(bool holds, fmt::format_string<Args...> text, Args&&... args) {
    if (!holds) broken_.push_back(fmt::format(text, std::forward<Args>(args)...));
  }
  template <class A, class B>
  void expect_count(const A& stored, const B& counted, std::string_view of, std::string_view what) {
    expect(static_cast<std::uint64_t>(stored) == static_cast<std::uint64_t>(counted),
           "{}: {} is {}, counted {}", of, what, stored, counted);
  }
  std::vector<std::string> take() { return std::move(broken_); }

 private:
  std::vector<std::string> broken_;
};

template <class T, class Visit>
void for_each(const Pool<T>& pool, Visit visit) {
  std::size_t left = pool.size();
  for (std::size_t slot = 0; left != 0; ++slot) {
    const T* record = pool.at_slot(slot);
    if (!record) continue;
    visit(Pool<T>::ref_of_slot(slot), *record);
    --left;
  }
}

template <class T>
bool is_live(const Pool<T>& pool, Ref<T> ref) {
  return ref && ref.number <= pool.slots() && pool.at_slot(ref.number - 1);
}

}  // namespace holdfast::lock
