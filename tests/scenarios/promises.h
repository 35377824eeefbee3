#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lock/batch.h"

namespace holdfast::lock::testing {

// Watches what batches say and tell, knowing nothing of the state, and notes each broken promise of design.md
// section 4 that can be seen from outside: fencing tokens only grow; no lease ends by expiry or by a cap
// before everybody who was told of it has seen it end on a clock that is as fast or slow as r allows; no hold
// outlives its cap; nobody is let in before a broken hold would have ended, within a lock delay, or in the
// quiet after a restore; no grant to a request that is detached, overdue or gone; nothing revives; what a
// shared lease has lost is told at each renewal until it is acknowledged.
class Promises {
 public:
  // `faults` takes what is broken and must outlive this.
  explicit Promises(std::vector<std::string>& faults) : faults_(faults) {}

  void check(JournalTime now, Batch& batch, const std::vector<Event>& events);
  // An event that came of no batch.
  void see(JournalTime now, Revision revision, const Event& event);
  // What a client is told by a renewal, also long after it was decided.
  void check_lost(const Renewed& renewed, Revision revision);
  // No hold may have a cap that lies before `now`. A keeper that stalls may be late with it.
  void check_caps(JournalTime now);

 private:
  struct Held {
    FencingToken token;
    JournalTime promised = JournalTime::min();  // where it was told an end of its own
    JournalTime cap = kNever;                   // by which it must have ended
  };
  struct Lost {
    LeaseId lease;
    std::string key;
    FencingToken token;
    Revision since;
    Revision until;  // none: not acknowledged yet
  };
  struct Wait {
    JournalTime deadline;
    bool attached = true;
  };
  struct Visit;

  // The lease must not expire before.
  void promise(LeaseId lease, JournalTime now, const std::optional<Millis>& expires_in);
  void promise_by(const Reply& reply, Revision revision, JournalTime now);
  // When nobody who was told of the hold counts on it any more.
  JournalTime promised_end(LeaseId lease, const Held& held) const;
  // A hold ends, its lease need not.
  void end(LeaseId lease, const std::string& key, Ended how, Millis keep_for, JournalTime now,
           Revision revision);
  void end_all(LeaseId lease, Ended how, Millis keep_for, JournalTime now);
  void close(const std::string& key, JournalTime until);
  std::vector<std::string> keys_of(LeaseId lease) const;
  void fault(std::string text) { faults_.push_back(std::move(text)); }

  std::vector<std::string>& faults_;
  FencingToken last_token_;
  std::map<LeaseId, JournalTime> leases_;  // living ones, with the moment before which they must not expire
  std::map<std::pair<LeaseId, std::string>, Held> holds_;
  std::vector<Lost> lost_;
  std::map<std::string, Settings> settings_;
  std::map<std::string, JournalTime> closed_;  // until when nobody is let in
  JournalTime quiet_until_ = JournalTime::min();
  bool quiet_ = false;
  std::map<WaiterId, Wait> waits_;
  std::set<LeaseId> untold_;  // in this batch
  std::set<LeaseId> shared_;
  std::set<LeaseId> endless_;  // what is broken of them opens at once, whatever a cap once told
};

}  // namespace holdfast::lock::testing
