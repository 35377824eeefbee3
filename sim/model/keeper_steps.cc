#include "invariants.h"
#include "parts.h"

// How a keeper learns the log, takes over, decides, and writes snapshots.

namespace holdfast::model {
namespace {

void apply(Keeper& keeper, const Entry& entry) {
  apply(keeper.lock, entry);
  keeper.last = entry;
}

void load(Turn& turn, std::uint8_t number) {
  const Snapshot& pointer = turn.before().journal.pointer;
  Keeper& keeper = turn.begin({"loads the snapshot", number, pointer.last}).after.keepers[number];
  keeper.mode = Mode::following;
  keeper.position = pointer.position;
  keeper.lock = pointer.lock;
  keeper.last = pointer.last;
}

// One entry is read; it names its predecessor by the chain.
void follow(Turn& turn, std::uint8_t number) {
  const Journal& journal = turn.before().journal;
  const Keeper& before = turn.before().keepers[number];
  const std::uint8_t next = before.position + 1;
  const Reading reading = read_position(journal, next);
  if (reading == Reading::free) return;
  if (reading == Reading::trimmed) {
    return drop_state(turn.begin({"reads a trimmed position and starts again", number}).after, number);
  }
  if (chain_at(journal, before.position) != before.last) {
    return drop_state(turn.begin({"reads another chain and starts again", number}).after, number);
  }
  const Entry& entry = journal.log[next - 1];
  Keeper& keeper = turn.begin({"reads", number, entry}).after.keepers[number];
  apply(keeper, entry);
  keeper.position = next;
}

// The entry goes out, and from now on the keeper's state includes it. A read that waits rides on it.
void put_next(Step& step, std::uint8_t number, Entry entry) {
  Keeper& keeper = step.after.keepers[number];
  const bool taking = entry.kind == Kind::takeover;
  keeper.tenure += taking ? 1 : 0;
  entry.id = {number, keeper.tenure, ++keeper.position};
  send(step.after, {.entry = entry, .previous = keeper.last});
  keeper.before_last = keeper.last;
  apply(keeper, entry);
  keeper.mode = taking ? Mode::taking : Mode::leading;
  keeper.flying = 1;
  keeper.proven = 0;
  Read& read = step.after.read;
  if (read.phase == Phase::waiting && read.keeper == number) read.phase = Phase::riding;
  step.label.entry = entry;
}

// Keepers are alike, so the first to take over may as well be the first of them.
void take_over(Turn& turn, std::uint8_t number) {
  const State& state = turn.before();
  if (number > 0 && state.keepers[number - 1].tenure == 0) return;
  put_next(turn.begin({"sends", number}), number, {.kind = Kind::takeover});
}

void decide(Turn& turn, std::uint8_t number, Entry entry) {
  Step& step = turn.begin({"sends", number});
  put_next(step, number, entry);
  if (entry.kind == Kind::release) step.after.clients[entry.client] = Client::releasing;
  if (turn.on(Rule::answer_after_durable)) return;
  step.label.what = "answers for and sends";
  answer(step, number);
}

// A client that was not told of its hold gives up, one that was releases; either way it has asked for it.
void decide_any(Turn& turn, std::uint8_t number) {
  const State& state = turn.before();
  const Lock& lock = state.keepers[number].lock;
  decide(turn, number, {.kind = Kind::beat});
  if (lock.holder != kNobody) return decide(turn, number, {.kind = Kind::release, .client = lock.holder});
  for (std::uint8_t client = 0; client < kClients; ++client) {
    if (state.clients[client] != Client::asking || has_ended(lock, client)) continue;
    decide(turn, number, {.kind = Kind::grant, .client = client});
  }
}

// Written and read back; what is left to do is the move of the pointer to it.
void write_snapshot(Turn& turn, std::uint8_t number) {
  const State& state = turn.before();
  const Keeper& keeper = state.keepers[number];
  if (turn.on(Rule::snapshot_of_durable) && !keeper.proven) return;
  if (state.budget.snapshots == 0 || state.moves.back().to.position != 0) return;
  if (keeper.position <= state.journal.pointer.position) return;
  Step& step = turn.begin({"writes a snapshot of", number, keeper.last});
  step.after.moves.back() = {.expected = state.journal.pointer.position,
                             .to = {.position = keeper.position, .lock = keeper.lock, .last = keeper.last}};
  --step.after.budget.snapshots;
  if (!is_replay(state.journal, keeper)) step.broken = "a snapshot is no replay of the log";
  if (!turn.on(Rule::pointer_before_trim)) step.after.journal.floor = keeper.position;
}

}  // namespace

void drop_state(State& state, std::uint8_t number) {
  state.keepers[number] = {.tenure = state.keepers[number].tenure};
  if (state.read.keeper == number) state.read = {};
}

void keeper_steps(Turn& turn, std::uint8_t number) {
  const Bounds& bounds = turn.bounds();
  const Keeper& keeper = turn.before().keepers[number];
  const bool may_lead = keeper.tenure < bounds.tenures;
  const bool may_send = keeper.position < bounds.positions && has_room(turn.before());
  switch (keeper.mode) {
    case Mode::fresh:
      if (may_lead) load(turn, number);
      return;
    case Mode::following:
      follow(turn, number);
      if (may_lead && may_send) take_over(turn, number);
      return;
    case Mode::taking:
    case Mode::leading:
      drop_state(turn.begin({"restarts or steps down", number}).after, number);
      if (keeper.mode == Mode::leading && !keeper.flying && may_send) decide_any(turn, number);
      if (keeper.mode == Mode::leading) write_snapshot(turn, number);
  }
}

}  // namespace holdfast::model
