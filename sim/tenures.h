#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "asker.h"
#include "lock/command.h"
#include "machine.h"
#include "plan.h"
#include "random.h"

namespace holdfast::sim {

// A lease as its owner knows it.
struct Tenure {
  lock::LeaseId lease;
  bool shared = false;  // opened first, for many acquires
  lock::Millis ttl{};
  lock::Alias alias;
  bool careless = false;  // does not renew
  bool busy = false;      // something that changes its holds is on its way
  std::map<std::string, lock::Item> keys;
  std::map<std::string, lock::FencingToken> tokens;
  // Keys for which a question under this lease may still be on its way, answered or not.
  std::set<std::string> uncertain;
};

// The leases of one client: renewed at a third of their ttl, as long as their owner wants them, then
// released.
class Tenures {
 public:
  struct Parts {
    ClientId client = 0;
    Machine& machine;
    Asker& asker;
    const Plan& plan;
    Random& random;
  };
  explicit Tenures(const Parts& parts) : parts_(parts) {}

  void began(const lock::Acquired& acquired, const lock::Alias& alias);
  void opened(const lock::LeaseStarted& started);
  void gained(lock::LeaseId lease, const lock::Acquired& acquired);

  // Null when it has none.
  Tenure* find(lock::LeaseId lease);
  // Any that `suits`; null when there is none.
  Tenure* any(const std::function<bool(const Tenure&)>& suits);

  void renew(lock::LeaseId lease, std::optional<lock::Millis> ttl);
  void release(lock::LeaseId lease);
  void release_part(Tenure& tenure, const std::string& key);
  // Sends the last of those once more.
  void repeat_release();
  void release_all();
  // The process is dead.
  void vanish() {
    tenures_.clear();
    last_release_.reset();
  }

  std::size_t size() const { return tenures_.size(); }

 private:
  Tenure& add(lock::LeaseId lease, const lock::LeaseInfo& info);
  void keep(Tenure& tenure, const lock::Grant& grant);
  void plan_renewal(const Tenure& tenure);
  void plan_end(lock::LeaseId lease);
  void renewed(lock::LeaseId lease, const Answer& answer);
  void acknowledge(lock::LeaseId lease, const lock::Renewed& renewed);
  lock::LeaseName name_of(const Tenure& tenure) const;

  Parts parts_;
  std::map<lock::LeaseId, Tenure> tenures_;
  std::optional<lock::Release> last_release_;  // of a part, answered
};

}  // namespace holdfast::sim
