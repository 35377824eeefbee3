#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "clock.h"
#include "exchange.h"
#include "ledger.h"
#include "violations.h"

namespace holdfast::sim {

// The attempt that an answer belongs to.
struct Asked {
  ClientId client = 0;
  const MachineClock& clock;  // the client's
  Nanos sent{};               // by that clock
  lock::Revision floor;       // the newest that anybody had been told then
};

// What clients believe to hold, judged in true time. A client that was told of a grant counts on it from the
// moment at which it is told until its own deadline passes (protocol.md 15), or until it asks for something
// that gives it up, or is told of its loss. While it counts on a hold nobody else may count on one that
// excludes it, and the hold must exist, unless somebody broke it.
//
// It works from questions and answers alone, not from what the client actor makes of them.
class Claims {
 public:
  // `exact`: the clocks' rates keep to r; without that only fencing tokens protect anything, and nothing is
  // judged.
  Claims(const Ledger& ledger, bool exact, Violations& violations)
      : ledger_(ledger), exact_(exact), violations_(violations) {}

  // The client sends this.
  void asks(const Question& question);
  // The client is told this, at `now`, of what it sent at `sent` by its own clock.
  void told(Nanos now, const Asked& asked, const Question& question, const Answer& answer);
  // The client's process is gone, and all that it counted on.
  void vanishes(ClientId client);

  // Durable events, before the ledger has them.
  void see(Nanos now, lock::Revision revision, const lock::Event& event);

  std::uint64_t judged() const { return judged_; }

 private:
  struct Claim {
    lock::Mode mode = lock::Mode::exclusive;
    std::string group;
    std::uint32_t permits = 1;
    lock::FencingToken token;
    std::optional<Nanos> cap;  // where the hold ends before its lease
    bool broken = false;       // its key is closed, but it may be counted on until its end
  };
  struct Belief {
    ClientId client = 0;
    std::optional<Nanos> until;  // none: for ever
    lock::Alias alias;
    std::map<std::string, Claim> claims;
  };
  using HoldName = std::tuple<lock::LeaseId, std::string, lock::FencingToken>;

  void gives_up(const lock::LeaseName& lease, const std::vector<std::string>& keys);
  void give_up(lock::LeaseId lease, Belief& belief, const std::string& key);
  void weakens(lock::LeaseId lease, const lock::Item& item);
  void drop(lock::LeaseId lease);
  void believe(Nanos now, const Asked& asked, const lock::Acquired& acquired, const lock::Alias& alias);
  void extend(Nanos now, const Asked& asked, const lock::Renewed& renewed);
  void judge(Nanos now, lock::LeaseId lease, const std::string& key);
  void ended(Nanos now, lock::LeaseId lease, const std::vector<std::string>& keys, lock::Ended how);
  void broken(const lock::HoldsBroken& event);
  bool live(const Belief& belief, const Claim& claim, Nanos now) const;

  const Ledger& ledger_;
  bool exact_;
  Violations& violations_;
  std::map<lock::LeaseId, Belief> beliefs_;
  std::set<lock::LeaseId> given_up_;
  std::set<lock::LeaseId> endless_;
  std::set<std::array<std::uint64_t, 2>> releases_;  // requests that were sent
  std::set<HoldName> void_;                          // given up, or broken at once
  std::set<HoldName> broken_;                        // broken as of their end
  std::uint64_t judged_ = 0;
};

}  // namespace holdfast::sim
