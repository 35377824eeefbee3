#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "claims.h"
#include "exchange.h"
#include "ledger.h"
#include "replies.h"
#include "schedule.h"
#include "trace.h"
#include "truth.h"
#include "violations.h"

namespace holdfast::sim {

// All oracles of a run, and what each of them is shown.
class Referee {
 public:
  // `exact_clocks`: every clock's rate keeps to r.
  Referee(const Schedule& schedule, Trace& trace, bool exact_clocks);

  // An entry has become durable.
  void durable(std::uint64_t sequence, ByteView entry);
  // A server's state, as it is just now.
  void looked_at(const lock::State& state);
  void asks(ClientId client, const Question& question);
  void told(const Asked& asked, const Question& question, const Answer& answer);
  void vanishes(ClientId client);
  void violation(std::string text) { violations_.add(std::move(text)); }

  lock::Revision floor() const { return replies_.floor(); }
  const Truth& truth() const { return truth_; }
  Truth& truth() { return truth_; }
  const Ledger& ledger() const { return ledger_; }
  const Violations& violations() const { return violations_; }
  std::uint64_t answers() const { return answers_; }
  std::uint64_t claims_judged() const { return claims_.judged(); }

 private:
  const Schedule& schedule_;
  Trace& trace_;
  Violations violations_;
  Ledger ledger_{violations_};
  Replies replies_{ledger_, violations_};
  Claims claims_;
  Truth truth_;
  std::uint64_t answers_ = 0;
};

}  // namespace holdfast::sim
