#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lock/event.h"
#include "lock/reply.h"
#include "violations.h"

namespace holdfast::sim {

// What the durable events say of holds and queues, as plainly as design.md section 2 has it and without the
// state of src/lock: who holds what since which revision, and who waits. It judges exclusion, the order of
// queues, and that nothing is granted to a request that is over.
class Ledger {
 public:
  struct Hold {
    lock::LeaseId lease;
    lock::Mode mode = lock::Mode::exclusive;
    std::string group;  // as it is kept: empty is the default one
    std::uint32_t permits = 1;
    lock::FencingToken token;
  };

  // `violations` must outlive it.
  explicit Ledger(Violations& violations) : violations_(violations) {}

  // Events in order, each before anything is asked of it.
  void see(lock::Revision revision, const lock::Event& event);
  // An entry ends with this revision: from here on it is what a read at this revision must show.
  void entry_ended(lock::Revision revision);

  const std::vector<Hold>& holders(const std::string& key) const;
  const Hold* find(const std::string& key, lock::LeaseId lease) const;
  std::uint32_t limit(const std::string& key) const;
  std::vector<std::string> keys_of(lock::LeaseId lease) const;
  // Whether this was ever granted so.
  bool granted(lock::LeaseId lease, const std::string& key, lock::FencingToken token) const;
  // Whether a reader of that revision should have seen these holders.
  bool showed(const std::string& key, lock::Revision at, const std::vector<lock::HolderInfo>& holders) const;

 private:
  struct Then {
    lock::Revision since;
    std::uint64_t print = 0;
  };
  struct Key {
    std::vector<Hold> holders;
    std::uint32_t limit = 0;
    std::vector<Then> history;  // by revision
  };
  struct Waited {
    std::string key;
    bool converts = false;
  };
  struct Wait {
    lock::RequestTag request;
    std::vector<Waited> keys;  // those in whose queues it stands
  };
  struct Visit;

  void grant(lock::Revision revision, const lock::Granted& event, const lock::RequestTag& request);
  void check_token(const Hold& before, const lock::GrantedKey& granted);
  void check_turn(const lock::Granted& event, const std::string& key);
  void check_holders(const std::string& key, const Key& entry, lock::Revision revision);
  void end(lock::LeaseId lease, const std::string& key);
  void end_all(lock::LeaseId lease);

  Violations& violations_;
  std::map<std::string, Key> keys_;
  std::map<lock::LeaseId, std::set<std::string>> leases_;
  std::map<lock::WaiterId, Wait> waits_;
  std::map<lock::FencingToken, std::pair<lock::LeaseId, std::string>> tokens_;
  std::set<std::array<std::uint64_t, 2>>
      over_;                       // requests whose wait has ended, and whose client was told so
  std::set<std::string> changed_;  // keys, since the last entry
};

}  // namespace holdfast::sim
