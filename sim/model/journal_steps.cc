#include <algorithm>

#include "invariants.h"
#include "parts.h"

// The journal, its engine and the network before it.

namespace holdfast::model {
namespace {

std::uint8_t bit(std::uint8_t position) {
  return static_cast<std::uint8_t>(1u << (position - 1));
}

bool accepts(const Turn& turn, const Append& append) {
  const Journal& journal = turn.before().journal;
  const std::uint8_t position = append.entry.id.position;
  if (journal.rewound && turn.on(Rule::rewind_noticed)) return false;
  if (!turn.on(Rule::head_compared)) return (journal.present & bit(position)) == 0;
  if (position != journal.head + 1) return false;
  return !turn.on(Rule::chain_compared) || append.previous == chain_at(journal, journal.head);
}

void store(Step& step, const Append& append) {
  Journal& journal = step.after.journal;
  const std::uint8_t position = append.entry.id.position;
  journal.log[position - 1] = append.entry;
  journal.present |= bit(position);
  journal.head = std::max(journal.head, position);
  if (append.denied) step.broken = "an append is stored after its clients were told that it was not done";
}

void acknowledge(State& state, const AppendId& id) {
  Keeper& keeper = state.keepers[id.keeper];
  if (keeper.flying && keeper.last.id == id) keeper.acknowledgement = 1;
}

template <class Messages>
void take_out(Messages& messages, std::size_t at) {
  std::rotate(messages.begin() + at, messages.begin() + at + 1, messages.end());
  messages.back() = {};
}

// The reply of a refusal says nothing that a look at the position does not, so it need not be a message.
void refuse(Turn& turn, Step& step, const Append& append) {
  step.label.what = "the append arrives and is refused:";
  const std::uint8_t number = append.entry.id.keeper;
  const Keeper& keeper = turn.before().keepers[number];
  if (turn.on(Rule::refusal_looked_up) || !keeper.flying || keeper.last.id != append.entry.id) return;
  step.label.what = "the append is refused, and its clients are told that it was not done:";
  deny(step, keeper);
  drop_state(step.after, number);
}

void arrivals(Turn& turn) {
  const State& state = turn.before();
  for (std::size_t at = 0; at < kMaxAppends && state.appends[at].entry.kind != Kind::none; ++at) {
    const Append append = state.appends[at];
    Step& step = turn.begin({"the append arrives and is durable:", kNobody, append.entry});
    take_out(step.after.appends, at);
    if (!accepts(turn, append)) {
      refuse(turn, step, append);
      continue;
    }
    store(step, append);
    step.after.journal.durable = step.after.journal.head;
    acknowledge(step.after, append.entry.id);
    if (state.budget.cancelled_waits == 0) continue;
    Step& visible = turn.begin({"the append arrives, visible and not yet durable:", kNobody, append.entry});
    take_out(visible.after.appends, at);
    store(visible, append);
    --visible.after.budget.cancelled_waits;
  }
}

void moves(Turn& turn) {
  const State& state = turn.before();
  for (std::size_t at = 0; at < kMaxMoves && state.moves[at].to.position != 0; ++at) {
    const Move move = state.moves[at];
    Step& step = turn.begin({"the pointer is moved to the snapshot of", kNobody, move.to.last});
    take_out(step.after.moves, at);
    Snapshot& pointer = step.after.journal.pointer;
    if (turn.on(Rule::pointer_by_compare) && move.expected != pointer.position) {
      step.label.what = "the pointer is not moved, another is there, to the snapshot of";
      continue;
    }
    if (move.to.position < pointer.position) step.broken = "the pointer moves back";
    pointer = move.to;
  }
}

void trims(Turn& turn) {
  const Journal& journal = turn.before().journal;
  if (journal.floor < journal.pointer.position) {
    turn.begin({"the floor is raised to the pointer"}).after.journal.floor = journal.pointer.position;
  }
  const std::uint8_t upto = turn.on(Rule::floor_before_trim) ? journal.floor : journal.pointer.position;
  const std::uint8_t kept = static_cast<std::uint8_t>(journal.present & ~((1u << upto) - 1));
  if (kept != journal.present) turn.begin({"entries are deleted"}).after.journal.present = kept;
}

void cut_to(Journal& journal, std::uint8_t head) {
  while (journal.head > head) {
    journal.log[journal.head - 1] = {};
    journal.present &= static_cast<std::uint8_t>(~bit(journal.head--));
  }
  journal.durable = std::min(journal.durable, head);
}

void faults(Turn& turn) {
  const State& state = turn.before();
  if (state.budget.failovers > 0 && state.journal.durable < state.journal.head) {
    Step& step = turn.begin({"the engine fails over and loses what was not durable"});
    cut_to(step.after.journal, state.journal.durable);
    --step.after.budget.failovers;
  }
  if (state.budget.rewinds > 0 && state.journal.head > state.journal.pointer.position) {
    Step& step = turn.begin({"the engine is rewound by an entry"});
    cut_to(step.after.journal, static_cast<std::uint8_t>(state.journal.head - 1));
    step.after.journal.rewound = 1;
    --step.after.budget.rewinds;
  }
}

}  // namespace

Reading read_position(const Journal& journal, std::uint8_t position) {
  if (position <= kMaxPosition && (journal.present & bit(position)) != 0) return Reading::entry;
  return position <= journal.floor ? Reading::trimmed : Reading::free;
}

void journal_steps(Turn& turn) {
  arrivals(turn);
  moves(turn);
  trims(turn);
  faults(turn);
}

}  // namespace holdfast::model
