#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lock/batch.h"

namespace holdfast::lock::testing {

// Watches what batches say and tell, knowing nothing of the state, and notes each broken promise of design.md
// section 4 that can be seen from outside: fencing tokens only grow; no lease ends by expiry before everybody
// who was told of it has seen it end on a clock that is as fast or slow as r allows; no grant to a request
// that is detached, overdue or gone; nothing revives.
class Promises {
 public:
  // `faults` takes what is broken and must outlive this.
  explicit Promises(std::vector<std::string>& faults) : faults_(faults) {}

  void check(JournalTime now, Batch& batch);

 private:
  struct Wait {
    JournalTime deadline;
    bool attached = true;
  };
  struct Visit;

  // The lease must not expire before.
  void promise(LeaseId lease, JournalTime now, const std::optional<Millis>& expires_in);
  void promise_by(const Reply& reply, JournalTime now);
  void fault(std::string text) { faults_.push_back(std::move(text)); }

  std::vector<std::string>& faults_;
  FencingToken last_token_;
  std::map<LeaseId, JournalTime> leases_;  // living ones, with the moment before which they must not expire
  std::map<std::pair<LeaseId, std::string>, FencingToken> holds_;
  std::map<WaiterId, Wait> waits_;
  std::set<LeaseId> untold_;  // in this batch
};

}  // namespace holdfast::lock::testing
