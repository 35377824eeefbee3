#pragma once

#include <string>

#include "lock/event.h"
#include "lock/reply.h"
#include "lock/view.h"
#include "names.h"

// Events, replies and views in the words of the scenario files.

namespace holdfast::lock::testing {

// Names what the event makes; `revision` is its own.
std::string describe(const Event& event, Revision revision, Names& names);
std::string describe(const Reply& reply, const Names& names);
std::string describe(const LockView& view, const Names& names);
std::string describe(const LeaseView& view, const Names& names);

// "30s", "1.5s", "250ms", "10m", "none" for -1.
std::string describe(Millis duration);

}  // namespace holdfast::lock::testing
