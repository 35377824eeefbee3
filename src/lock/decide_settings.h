#pragma once

#include <optional>

#include "lock/decide.h"

// What the settings of a registered key say to an acquire.

namespace holdfast::lock {

// Why the key is not for this request, if it is not.
std::optional<Refused> refused_by_settings(const State& state, const Acquire& command, const Item& item,
                                           Ref<Lock> lock);

// Adds the events of keys that keep a note of refusals, if the decision is one.
void note_refusal(const State& state, const Acquire& command, Decision& decision);

}  // namespace holdfast::lock
