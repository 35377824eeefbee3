#pragma once

#include <cstdint>
#include <string_view>

#include "state.h"

namespace holdfast::model {

void apply(Lock& lock, const Entry& entry);

// The lock after the entries up to `position`, as the log says.
Lock replay(const Journal& journal, std::uint8_t position);

// The entry at `position`; none for 0.
Chain chain_at(const Journal& journal, std::uint8_t position);

// Whether what the keeper has in memory is the replay of the log up to its position.
bool is_replay(const Journal& journal, const Keeper& keeper);

// What is wrong with the state; empty where every invariant holds.
std::string_view broken_invariant(const State& state);

}  // namespace holdfast::model
