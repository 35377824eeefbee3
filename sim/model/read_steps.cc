#include <algorithm>

#include "invariants.h"
#include "parts.h"

// What clients are told.

namespace holdfast::model {
namespace {

void ask(Turn& turn, std::uint8_t number) {
  Step& step = turn.begin({"is asked who holds the lock", number});
  --step.after.budget.reads;
  step.after.read = {.phase = Phase::waiting, .keeper = number, .told_before = step.after.told};
}

void answer_at_once(Turn& turn, std::uint8_t number) {
  Step& step = turn.begin({"is asked who holds the lock, and answers at once", number});
  --step.after.budget.reads;
  answer_read(step, step.after.keepers[number].position, step.after.told);
}

// Whether there was anything to tell.
bool tell_clients(std::array<Client, kClients>& clients, const Lock& lock) {
  const auto before = clients;
  for (std::uint8_t number = 0; number < kClients; ++number) {
    Client& client = clients[number];
    if (client == Client::asking && lock.holder == number) client = Client::holding;
    if (client == Client::releasing && has_ended(lock, number)) client = Client::released;
  }
  return clients != before;
}

}  // namespace

void answer_read(Step& step, std::uint8_t position, std::uint8_t told_before) {
  if (position < told_before)
    step.broken = "a read is answered from before what others had been told when it came";
  step.after.told = std::max(step.after.told, position);
}

void answer(Step& step, std::uint8_t number) {
  State& state = step.after;
  const Keeper& keeper = state.keepers[number];
  bool told = tell_clients(state.clients, keeper.lock);
  if (state.read.phase == Phase::riding && state.read.keeper == number) {
    answer_read(step, keeper.position, state.read.told_before);
    state.read = {};
    told = true;
  }
  if (!told) return;
  state.told = std::max(state.told, keeper.position);
  if (!state.journal.rewound && !is_replay(state.journal, keeper)) {
    step.broken = "a keeper answers from a state that is no replay of the log";
  }
}

void read_steps(Turn& turn, std::uint8_t number) {
  const State& state = turn.before();
  const Mode mode = state.keepers[number].mode;
  if (state.budget.reads == 0 || state.read.phase != Phase::none) return;
  if (mode == Mode::leading || mode == Mode::taking) ask(turn, number);
  if (mode == Mode::leading && !turn.on(Rule::read_barrier)) answer_at_once(turn, number);
  if (mode == Mode::following && !turn.on(Rule::takeover_first)) answer_at_once(turn, number);
}

}  // namespace holdfast::model
