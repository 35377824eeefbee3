#include "referee.h"

#include <utility>

#include <fmt/format.h>

#include "words.h"

namespace holdfast::sim {

Referee::Referee(const Schedule& schedule, Trace& trace, bool exact_clocks)
    : schedule_(schedule),
      trace_(trace),
      claims_(ledger_, exact_clocks, violations_),
      truth_(ledger_, violations_, [this](lock::Revision revision, const lock::Event& event) {
        claims_.see(schedule_.now(), revision, event);
        trace_.tell([&] { return fmt::format("    {} {}", revision.value, describe(event)); });
      }) {}

void Referee::durable(std::uint64_t sequence, ByteView entry) {
  trace_.count(sequence);
  trace_.count(entry);
  trace_.tell([&] { return fmt::format("entry {} is durable", sequence); });
  truth_.durable(sequence, entry);
}

// A state that is ahead of the journal, or behind, is of another time or revision; that of a keeper which
// another one has deposed is of another epoch.
void Referee::looked_at(const lock::State& state) {
  const lock::State& truth = truth_.state();
  if (state.revision() != truth.revision() || state.time() != truth.time()) return;
  if (state.epoch() != truth.epoch() || state.wall() != truth.wall()) return;
  if (state.digest() == truth.digest()) return;
  violations_.add(
      fmt::format("a server's state at revision {} is not what the journal says", truth.revision().value));
}

void Referee::asks(ClientId client, const Question& question) {
  trace_.tell([&] { return fmt::format("client {} asks: {}", client, describe(question)); });
  claims_.asks(question);
}

void Referee::told(const Asked& asked, const Question& question, const Answer& answer) {
  ++answers_;
  trace_.count(answer.revision.value);
  trace_.count(answer.what.index());
  trace_.tell([&] { return fmt::format("client {} is told: {}", asked.client, describe(answer)); });
  replies_.told(truth_.state().revision(), asked.floor, question, answer);
  const auto* reply = std::get_if<lock::Reply>(&answer.what);
  if (const auto* renewed = reply ? std::get_if<lock::Renewed>(reply) : nullptr) {
    truth_.told(*renewed, answer.revision);
  }
  claims_.told(schedule_.now(), asked, question, answer);
}

void Referee::vanishes(ClientId client) {
  claims_.vanishes(client);
}

}  // namespace holdfast::sim
