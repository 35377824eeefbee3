#pragma once

#include <cstddef>
#include <functional>

#include "base/error.h"
#include "lock/event_view.h"
#include "service/history/segments.h"

// Reading history, forwards for watchers that catch up and backwards for those who look. Blocks on files: not
// for the network thread. Each call does a bounded piece of work.

namespace holdfast::service::history {

// Gets each event with its incarnation; false: enough, this one included.
using Visit = std::function<bool(std::uint64_t incarnation, const lock::EventView& event)>;

// The events after `after`, of the newest incarnation, in order; at most about one segment's worth. Says up
// to where every event was visited: up to `after` when the next one is not kept, is damaged, or is not there
// yet.
lock::Revision read_forward(const SegmentList& segments, lock::Revision after, const Visit& visit);

struct Backward {
  lock::Revision before;  // every event from here on was visited; those before it were not
  bool more = false;      // there may be some
};

// The events before `before` (0: from the newest on), newest first; at most `most_events` or about, so the
// visitor may have seen fewer than it wants while there are more.
Result<Backward> read_backward(const SegmentList& segments, lock::Revision before, std::size_t most_events,
                               const Visit& visit);

}  // namespace holdfast::service::history
