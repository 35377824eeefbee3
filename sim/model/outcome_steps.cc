#include "invariants.h"
#include "parts.h"

// How a keeper finds out what became of the entry it sent.

namespace holdfast::model {
namespace {

void land(Keeper& keeper) {
  keeper.before_last = {};
  keeper.flying = 0;
  keeper.acknowledgement = 0;
}

void acknowledged(Turn& turn, std::uint8_t number) {
  Step& step = turn.begin({"is acknowledged, and answers for", number, turn.before().keepers[number].last});
  Keeper& keeper = step.after.keepers[number];
  land(keeper);
  keeper.proven = 1;
  keeper.mode = Mode::leading;
  answer(step, number);
}

bool is_on_its_way(const State& state, const Entry& entry) {
  for (const Append& append : state.appends) {
    if (append.entry == entry) return true;
  }
  return false;
}

void repeat(Turn& turn, std::uint8_t number) {
  const Keeper& keeper = turn.before().keepers[number];
  if (is_on_its_way(turn.before(), keeper.last)) return;
  // The chain before its position is what the append was sent with first.
  const Chain previous = keeper.before_last;
  Step& step = turn.begin({"repeats", number, keeper.last});
  send(step.after, {.entry = keeper.last, .previous = previous});
  --step.after.budget.repeats;
}

// Without same_bytes_again: what the keeper sent is decided anew.
void send_other_bytes(Turn& turn, std::uint8_t number) {
  const Keeper& before = turn.before().keepers[number];
  if (before.last.kind != Kind::grant) return;
  Step& step = turn.begin({"repeats with other bytes", number});
  Keeper& keeper = step.after.keepers[number];
  keeper.last.kind = Kind::beat;
  keeper.last.client = 0;
  keeper.lock.holder = kNobody;
  step.label.entry = keeper.last;
  send(step.after, {.entry = keeper.last, .previous = before.before_last});
  --step.after.budget.repeats;
}

bool is_mine(const Turn& turn, const Keeper& keeper, const Entry& found) {
  if (turn.on(Rule::mine_by_append_id)) return found.id == keeper.last.id;
  return found.id.keeper == keeper.last.id.keeper;
}

void learn_mine(Turn& turn, std::uint8_t number, const Entry& found) {
  Step& step = turn.begin({"sees its entry", number, found});
  Keeper& keeper = step.after.keepers[number];
  keeper.last = found;
  land(keeper);
  keeper.mode = Mode::leading;
  if (turn.on(Rule::learnt_is_not_durable)) return;
  step.label.what = "sees and answers for its entry";
  answer(step, number);
}

void give_up(Turn& turn, std::uint8_t number, Rule unknown, Label label) {
  Step& step = turn.begin(label);
  if (!turn.on(unknown)) {
    step.label.what = "tells its clients that it was not done:";
    deny(step, turn.before().keepers[number]);
  }
  drop_state(step.after, number);
}

// Without refused_drops_state.
void lead_on(Turn& turn, std::uint8_t number) {
  const Journal& journal = turn.before().journal;
  Step& step = turn.begin({"lost its position and goes on after the head with its own state", number});
  Keeper& keeper = step.after.keepers[number];
  keeper.position = journal.head;
  keeper.last = chain_at(journal, journal.head);
  land(keeper);
  keeper.mode = Mode::leading;
}

void look(Turn& turn, std::uint8_t number) {
  const Journal& journal = turn.before().journal;
  const Keeper& keeper = turn.before().keepers[number];
  switch (read_position(journal, keeper.position)) {
    case Reading::entry: {
      const Entry& found = journal.log[keeper.position - 1];
      if (is_mine(turn, keeper, found)) return learn_mine(turn, number, found);
      if (!turn.on(Rule::refused_drops_state)) return lead_on(turn, number);
      return give_up(turn, number, Rule::lost_is_unknown,
                     {"sees another's entry, drops its own:", number, keeper.last});
    }
    case Reading::trimmed:
      return give_up(turn, number, Rule::trimmed_is_unknown,
                     {"sees a trimmed position, drops its own:", number, keeper.last});
    case Reading::free:
      if (turn.on(Rule::empty_read_proves_nothing)) return;
      return give_up(turn, number, Rule::empty_read_proves_nothing, {"", number, keeper.last});
  }
}

}  // namespace

void deny(Step& step, const Keeper& keeper) {
  if (keeper.last.kind != Kind::grant && keeper.last.kind != Kind::release) return;
  State& state = step.after;
  for (Append& append : state.appends) {
    if (append.entry.id == keeper.last.id) append.denied = 1;
  }
  for (const Entry& entry : state.journal.log) {
    if (entry.id == keeper.last.id)
      step.broken = "clients are told that it was not done, and it is in the log";
  }
}

void outcome_steps(Turn& turn, std::uint8_t number) {
  const State& state = turn.before();
  const Keeper& keeper = state.keepers[number];
  if (!keeper.flying) return;
  if (keeper.acknowledgement) acknowledged(turn, number);
  look(turn, number);
  if (state.budget.repeats == 0 || !has_room(state)) return;
  repeat(turn, number);
  if (!turn.on(Rule::same_bytes_again)) send_other_bytes(turn, number);
}

}  // namespace holdfast::model
