#pragma once

#include <array>
#include <map>
#include <string>

#include "exchange.h"
#include "ledger.h"
#include "violations.h"

namespace holdfast::sim {

// Judges what clients are told: only what is durable, never less than anybody knew when the question was
// sent, only grants that happened, and the same to every repetition of a request.
class Replies {
 public:
  // Both must outlive it.
  Replies(const Ledger& ledger, Violations& violations) : ledger_(ledger), violations_(violations) {}

  // The newest that anybody was told.
  lock::Revision floor() const { return floor_; }
  // An answer reaches its client, while `durable` is the last durable revision; `asked_at` was the floor when
  // the question was sent.
  void told(lock::Revision durable, lock::Revision asked_at, const Question& question, const Answer& answer);

 private:
  struct Given {
    lock::LeaseId lease;
    std::map<std::string, lock::FencingToken> tokens;
  };

  void check_acquired(const lock::Acquired& acquired);
  void check_once(const lock::RequestTag& request, const lock::Acquired& acquired);
  void check_body(const lock::RequestTag& request, lock::LeaseId lease);
  void check_opened(const lock::RequestTag& request, lock::LeaseId lease);

  const Ledger& ledger_;
  Violations& violations_;
  lock::Revision floor_;
  std::map<std::array<std::uint64_t, 3>, Given> given_;  // by request and fingerprint
  std::map<std::array<std::uint64_t, 2>, lock::RequestTag>
      told_;  // by request: who was told of a grant first
};

}  // namespace holdfast::sim
