#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "cli/run/signal_source.h"
#include "client/acquisition.h"
#include "client/connection.h"

namespace holdfast::cli {

struct EndedBySignal {
  int number;
};

// No decision could be had from the server.
struct NotReached {
  Error error;
  bool never;  // not once, from the start

  // Says so and returns the exit code: 69 if never reached, else 75, because then it is the wait that failed.
  int report(std::string_view server) const;
};

using WaitOutcome = std::variant<client::Held, client::Problem, NotReached, EndedBySignal>;

// Acquires on a thread of its own while this one listens to signals. A signal that would be forwarded to a
// command withdraws the request, or releases what was granted in the same moment, within about 4 s whatever
// the server does. Ctrl-Z stops the program as usual.
WaitOutcome wait_for_lock(const client::Settings& settings, client::AcquireRequest request,
                          std::optional<client::Milliseconds> wait, bool quiet, SignalSource& signals);

}  // namespace holdfast::cli
