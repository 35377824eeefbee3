#include "invariants.h"

#include <algorithm>

namespace holdfast::model {
namespace {

bool is_present(const Journal& journal, int position) {
  return (journal.present >> (position - 1) & 1) != 0;
}

bool two_clients_hold(const State& state) {
  return std::ranges::count(state.clients, Client::holding) > 1;
}

bool grants_exclude_each_other(const Journal& journal) {
  std::uint8_t holder = kNobody;
  for (int at = 0; at < journal.head; ++at) {
    const Entry& entry = journal.log[at];
    if (entry.kind == Kind::grant) {
      if (holder != kNobody) return false;
      holder = entry.client;
    }
    if (entry.kind == Kind::release) {
      if (holder != entry.client) return false;
      holder = kNobody;
    }
  }
  return true;
}

// What clients were told is what the log says.
bool nothing_told_is_lost(const State& state) {
  const std::uint8_t holder = replay(state.journal, state.journal.head).holder;
  for (std::uint8_t client = 0; client < kClients; ++client) {
    if (state.clients[client] == Client::holding && holder != client) return false;
    if (state.clients[client] == Client::released && holder == client) return false;
  }
  return true;
}

bool can_be_rebuilt(const Journal& journal) {
  const Snapshot& pointer = journal.pointer;
  if (pointer.position > journal.head) return false;
  for (int position = pointer.position + 1; position <= journal.head; ++position) {
    if (!is_present(journal, position)) return false;
  }
  return true;
}

bool free_means_the_end(const Journal& journal) {
  for (int position = journal.floor + 1; position <= journal.head; ++position) {
    if (!is_present(journal, position)) return false;
  }
  return true;
}

}  // namespace

void apply(Lock& lock, const Entry& entry) {
  if (entry.kind == Kind::grant) lock.holder = entry.client;
  if (entry.kind != Kind::release) return;
  lock.holder = kNobody;
  lock.ended |= static_cast<std::uint8_t>(1u << entry.client);
}

Lock replay(const Journal& journal, std::uint8_t position) {
  Lock lock;
  for (int at = 0; at < position; ++at) apply(lock, journal.log[at]);
  return lock;
}

Chain chain_at(const Journal& journal, std::uint8_t position) {
  return position == 0 ? Chain{} : journal.log[position - 1];
}

bool is_replay(const Journal& journal, const Keeper& keeper) {
  return keeper.position <= journal.head && keeper.last == chain_at(journal, keeper.position) &&
         keeper.lock == replay(journal, keeper.position);
}

std::string_view broken_invariant(const State& state) {
  const Journal& journal = state.journal;
  if (two_clients_hold(state)) return "two clients were told that they hold the lock";
  if (!grants_exclude_each_other(journal)) return "the log grants a lock that is held";
  if (!free_means_the_end(journal)) return "a position below the head reads as free";
  if (journal.rewound) return {};
  if (!nothing_told_is_lost(state)) return "a client was told what the log does not say";
  if (!can_be_rebuilt(journal))
    return "the state can no longer be rebuilt from the pointer's snapshot and the log";
  return {};
}

}  // namespace holdfast::model
