#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lock/types.h"

namespace holdfast::lock::testing {

// Leases, waiters and versions of settings in the order of their appearance, L1, L2, …, W1, W2, … and V1, V2,
// …, so that a scenario does not change when revisions do.
class Names {
 public:
  void add(LeaseId lease) { leases_.push_back(lease); }
  void add(WaiterId waiter) { waiters_.push_back(waiter); }
  void add(Revision version) { versions_.push_back(version); }

  std::string of(LeaseId lease) const { return name('L', leases_, lease); }
  std::string of(WaiterId waiter) const { return name('W', waiters_, waiter); }
  std::string of(Revision version) const { return name('V', versions_, version); }

  // A name that nothing has yet is a lease, waiter or version that does not exist.
  LeaseId lease(std::string_view name) const { return find<LeaseId>(leases_, name); }
  WaiterId waiter(std::string_view name) const { return find<WaiterId>(waiters_, name); }
  Revision version(std::string_view name) const { return find<Revision>(versions_, name); }

 private:
  template <class Id>
  static std::string name(char letter, const std::vector<Id>& ids, Id id) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] == id) return letter + std::to_string(i + 1);
    }
    return letter + std::string("?");
  }
  template <class Id>
  static Id find(const std::vector<Id>& ids, std::string_view name) {
    const std::size_t number = std::stoul(std::string(name.substr(1)));
    return number <= ids.size() ? ids[number - 1] : Id{1'000'000'000};
  }

  std::vector<LeaseId> leases_;
  std::vector<WaiterId> waiters_;
  std::vector<Revision> versions_;
};

}  // namespace holdfast::lock::testing
